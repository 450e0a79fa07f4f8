"""Characters that nobody sees: named where people type them, gone where they would be shown."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from helpers.catalogue.documents import read_document
from helpers.commands.streams import PlainConsole
from helpers.errors import Problem
from helpers.letters import name_of, without_hidden
from helpers.project import Project


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31;1mLæsø\x1b[0m", "Læsø"),
        ("\x1b]8;;https://example.org\x07Læsø\x1b]8;;\x07", "Læsø"),
        ("\x1b]0;title\x1b\\Fanø", "Fanø"),
        ("a\x07\x08\x9b2Jb\x00", "ab"),
        ("\u202e2023\u202c\u200f\u2066", "2023"),
        ("line\nbreak\tand\u00a0blank stay", "line\nbreak\tand\u00a0blank stay"),
    ],
)
def test_what_nobody_sees_is_taken_out(text: str, seen: str) -> None:
    assert without_hidden(text) == seen


def test_no_message_carries_an_escape_sequence_to_the_terminal() -> None:
    problem = Problem("\x1b]0;owned\x07x.csv", 'The answer says "\x1b[2J".', "\u202edo")
    assert str(problem) == 'x.csv\n  The answer says "".\n  do'


def test_a_character_is_named_in_words() -> None:
    assert [name_of(c) for c in "\u00a0\x1b\u202f\x01"] == [
        "a no-break space (U+00A0)",
        "ESC (U+001B)",
        "a narrow no-break space (U+202F)",
        "a control character (U+0001)",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("plan:\n  index: a\n\u00a0 \u00a0 goals:\n\u00a0 \u00a0 \u00a0 \u00a0 1a: b\n", 3, "no-break space (U+00A0)"),
        ("a: 1\nb:\u00a0c\nd: 2\n", 2, "no-break space (U+00A0)"),
        ("a:\n  -\u202fx: 1\n  - y: 2\n", 2, "narrow no-break space (U+202F)"),
        ("a: 1\r\n\u00a0b: 2\r\n", 2, "no-break space (U+00A0)"),
        ('a: 1\nb: "\\e[31m"\n', 2, "ESC (U+001B)"),
        ("a: 1\nb: x\x1b[31m\n", 2, "ESC (U+001B)"),
        ("a: 1\nb: \u202e3202\n", 2, "right-to-left override (U+202E)"),
        ("a: 1\nb: " + "[" * 200_000, 2, "levels of keys"),
        ("a: 1\nb: " + "{x: " * 200_000, 2, "levels of keys"),
        ("a:\n  " + "- " * 200_000 + "x", 2, "levels of keys"),
        ("".join(" " * n + "a:\n" for n in range(1000)), 41, "levels of keys"),
        ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)), 1, "Aliases"),
        ("a: 1\nb: &b [*b]\n", 2, "contains itself"),
        ("a: 1\nb: " + "x" * 30_000, 2, "30,000 letters"),
        ("a: " + "x" * 100_000_000, 1, "100 MB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)  # fmt: skip
def test_nonsense_in_a_catalogue_file_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(text.encode())
    problems = read_document(Project(tmp_path), path).problems
    assert any(said in problem.what for problem in problems)
    assert problems[0].where.startswith(f"x.yml:{line}")


def test_no_break_spaces_in_a_text_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("a: 3\u00a0pct.\nb: >-\n  \u00a0én\n", encoding="utf-8")
    document = read_document(Project(tmp_path), path)
    assert not document.problems
    assert document.data["a"] == "3\u00a0pct."


def test_the_terminal_gets_no_escape_sequence_from_a_text() -> None:
    target = io.StringIO()
    console = PlainConsole(file=target, force_terminal=True, width=60)
    table = Table("\x1b]0;owned\x07Navn")
    table.add_row(Text("\x1b[2J\x9b31mLæsø\u202e"))
    console.print(table)
    console.print("[bold]\x1b[5mtitel[/]")
    said = target.getvalue()
    assert "Læsø" in said and "titel" in said
    assert "owned" not in said and "\u202e" not in said
    assert not re.search(r"\x1b(?!\[[0-9;]*m)|\x9b|\x1b\[(?:2J|5m)", said)
