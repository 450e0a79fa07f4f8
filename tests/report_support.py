"""A project folder of one's own for tests that build figures and pages: nothing is written into the checkout."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers.project import Project

CHECKOUT = Path(__file__).resolve().parent.parent
_PARTS = ("catalogue", "styles", "notebooks", "_quarto.yml", "_brand.yml", "index.ipynb", "data/raw/manual")


def copy_project(folder: Path) -> Project:
    """A copy of what a checkout holds, without figures, in `folder`."""
    for part in _PARTS:
        source, target = CHECKOUT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("figures", ".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target)
    (folder / "data" / "processed").mkdir(parents=True, exist_ok=True)
    return Project(folder)
