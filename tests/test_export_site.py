"""A site in one file: unpacked anywhere, all of its links lead somewhere; what a PDF links to is where readers find it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from helpers.cli import main
from helpers.render.links import read_links
from report_support import copy_project

ADDRESS = "https://viborg.example/plan"
NAME = "EKSEMPEL-hedensted-investeringsprojekter-2024-2025.zip"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr("sys.argv", ["plan", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The projects' site, packed and unpacked in a folder of a web server."""
    project = copy_project(tmp_path_factory.mktemp("project"))
    (project.root / "site.yml").write_text(f'address: "{ADDRESS}/"\n', encoding="utf-8")
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        words = (
            "export",
            "Hedensted",
            "--report",
            "investeringer",
            "--example",
            "--to",
            "zip",
            "-o",
            str(out),
        )
        assert run(patch, *words) == 0
        assert not (project.root / "_site").exists()
    folder = tmp_path_factory.mktemp("www") / "kommune" / "plan"
    with zipfile.ZipFile(out / NAME) as archive:
        archive.extractall(folder)
    return folder


def test_no_link_of_an_unpacked_site_is_dead(unpacked: Path) -> None:
    found = read_links(unpacked)
    assert found.problems == () and found.pages > 5 and found.links > 200


def test_an_unpacked_site_has_a_first_page_and_everything_to_take_along(unpacked: Path) -> None:
    first = (unpacked / "index.html").read_text(encoding="utf-8")
    assert "investeringer/hedensted/index.html" in first
    endings = {path.suffix for path in unpacked.rglob("*") if path.is_file()}
    assert {".html", ".pdf", ".docx", ".xlsx", ".csv", ".png", ".svg", ".css", ".json"} <= endings
    assert not list(unpacked.rglob(".*"))


def test_a_mailed_document_leads_to_the_published_files(unpacked: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    site = unpacked / "investeringer" / "hedensted"
    (pdf,), (word,) = site.glob("*.pdf"), site.glob("*.docx")
    actions = [
        note.get_object().get("/A", {})
        for page in pypdf.PdfReader(pdf).pages
        for note in page.get("/Annots", [])
    ]
    printed = {str(action["/URI"]) for action in actions if "/URI" in action}
    with zipfile.ZipFile(word) as archive:
        told = archive.read("word/_rels/document.xml.rels").decode()
    for links in (printed, set(re.findall(r'Target="(https?:[^"]+)"', told))):
        beside = [link for link in links if link.startswith(ADDRESS)]
        assert f"{ADDRESS}/investeringer/hedensted/figures/EKSEMPEL-investeringer.csv" in beside
        for link in beside:
            assert (unpacked / link.removeprefix(f"{ADDRESS}/")).is_file(), link
        assert all(link.startswith("https://") for link in links)


def test_many_sites_are_not_packed_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy_project(tmp_path).root)
    assert run(monkeypatch, "export", "--all", "--to", "xlsx,zip") == 1
    assert "plan publish copies all" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "_export").exists()
