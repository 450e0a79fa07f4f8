"""HTML in any text of the catalogue is cleaned where it enters: the attack stands behind every text of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.catalogue import load_catalogue
from helpers.reports.investeringer.loader import load_investments
from render_book import copy_project

ATTACK = '<b onclick="x()">y</b><script>x()</script><img src="//x.dk/a.png">'
PROSE = {"title", "subtitle", "text", "intro", "note", "remark", "definition", "goals_missing", "answer", "because",
         "target_group", "when", "name", "axis_text", "meaning", "service", "heading"}  # fmt: skip
FILES = ["indicators.yml", "surveys.yml", "breaks.yml", "plans/frederikssund-2023.yml", "projects/hedensted-2024-2025.yml"]  # fmt: skip


def attacked(data: Any, tried: list[str]) -> Any:
    if isinstance(data, list):
        return [attacked(item, tried) for item in data]
    if not isinstance(data, dict):
        return data
    made = {}
    for key, value in data.items():
        made[key] = attacked(value, tried)
        if key in PROSE and isinstance(value, str):
            tried.append(key)
            made[key] = value + ATTACK
    return made


@pytest.mark.parametrize("name", FILES)
def test_no_text_of_the_catalogue_brings_what_runs(tmp_path: Path, name: str) -> None:
    project = copy_project(tmp_path)
    path = project.catalogue / name
    tried: list[str] = []
    data = attacked(yaml.safe_load(path.read_text(encoding="utf-8")), tried)
    assert tried
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    catalogue = load_catalogue(project)
    told = repr(catalogue) + repr(load_investments(project))
    assert told.count("<b>y</b>") >= len(tried)
    assert not any(word in told for word in ("onclick", "<script", "x.dk"))
