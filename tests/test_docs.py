"""The documentation against what is there: commands, options, targets, modules and files that it names."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from docs_support import CODE, code_of, unknown_words
from report_support import CHECKOUT

PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
MODULE = re.compile(r"python -m ((?:benchmarks|helpers)[\w.]*)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_that_plan_or_make_knows(page: Path) -> None:
    assert unknown_words(code_of(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_and_linked_file_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [name for name in MODULE.findall(text) if importlib.util.find_spec(name) is None]
    links = [
        link.split("#")[0] for link in LINK.findall(CODE.sub("", text)) if not re.match(r"[a-z]+:|#", link)
    ]
    missing += [link for link in links if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("plan rendr Viborg", "there is no verb rendr"),
        ("plan render Viborg --engin quarto", "render has no --engin"),
        ("plan status X --format csv | less && plan fetsh", "there is no verb fetsh"),
        ("plan list plans --all", "list has no --all"),
        ("A=1 make everything", "there is no target everything"),
        ("plan --versoin", "has no --versoin"),
    ],
)
def test_a_command_that_is_not_there_is_found(text: str, why: str) -> None:
    (found,) = unknown_words(text)
    assert why in found
