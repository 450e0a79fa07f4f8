"""CSV that leaves: one kind for people, one for programs, and no formula in either."""

from __future__ import annotations

import ast
import csv
import io
from decimal import Decimal

import pytest

from helpers.data.csv_files import for_people, for_programs, guarded
from report_support import CHECKOUT

ROW = ("Læsø; Fanø", Decimal("-3.50"), 1200.0, 12, None, float("nan"), 1e-7, Decimal("1E+3"))
HEAD = [f"c{n}" for n in range(len(ROW))]


def test_danish_excel_gets_semicolons_decimal_commas_and_a_byte_order_mark() -> None:
    assert for_people(HEAD, [ROW]).encode().startswith(b"\xef\xbb\xbfc0;c1;")
    assert for_people(HEAD, [ROW]).split("\r\n")[1] == '"Læsø; Fanø";-3,50;1200;12;;;0,0000001;1000'


def test_programs_get_commas_and_decimal_points() -> None:
    head, row, rest = for_programs(HEAD, [ROW]).split("\n")
    assert head == ",".join(HEAD)
    assert row == "Læsø; Fanø,-3.50,1200,12,,,0.0000001,1000"
    assert rest == ""


@pytest.mark.parametrize("write", [for_people, for_programs])
@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", "\r=1", " =1", "\n@x", "\x1b[0m=1", "\u202e=1", "-"]
)  # fmt: skip
def test_no_text_is_run_as_a_formula(write: object, text: str) -> None:
    said = (for_people if write is for_people else for_programs)(["a"], [[text]]).removeprefix("\ufeff")
    (_, (cell,)) = csv.reader(io.StringIO(said, newline=""), delimiter=";")
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["-3,5", "+2.800", "-1e5", "−3,5", "Læsø", "", "3 pct.", "2024-01-15"])
def test_numbers_and_ordinary_texts_are_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_every_csv_file_is_written_by_the_one_writer() -> None:
    """Nothing else in the source makes CSV, but the data package, whose texts are keys and ids."""
    found = set()
    for path in (CHECKOUT / "src" / "helpers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in (
                "writer",
                "DictWriter",
                "to_csv",
                "write_csv",
            ):
                found.add(path.name)
    assert found == {"csv_files.py", "package.py"}
