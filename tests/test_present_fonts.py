"""The font of figures and pages: cut once for a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.present.fonts import FOLDER, subset_of
from helpers.project import ROOT_VARIABLE

FONT = FOLDER / "SourceSansPro-Regular.ttf"


def _cut(letters: str) -> bytes:
    return subset_of(FONT, map(ord, letters), ["kern"])


def test_a_project_keeps_what_was_cut_and_takes_it_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalogue").mkdir()
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    cut = _cut("Æble")
    (kept,) = (tmp_path / ".plan" / "fonts").iterdir()
    assert kept.read_bytes() == cut
    assert _cut("Øre") != cut
    kept.write_bytes(b"kept")
    assert _cut("Æble") == b"kept"


def test_without_a_project_the_font_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))  # no catalogue, so no project
    without = _cut("Æble")
    assert not any(tmp_path.iterdir())
    (tmp_path / "catalogue").mkdir()
    assert _cut("Æble") == without


def test_a_project_that_cannot_keep_it_has_it_cut_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / ".plan").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    assert _cut("Æble") == _cut("Æble")
