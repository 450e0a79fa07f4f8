"""Where the time of a warm municipality goes: ``make profile`` saves a profile and prints the next ten places.

Notebooks run in this process instead of in one of their own, so that one profile holds all but pandoc, which shows as the
wait for it.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from nbformat import NotebookNode, from_dict

from benchmarks.bench_render import CHECKOUT, FEW, PLAN, copy_project
from helpers.project import RENDERING_VARIABLE, ROOT_VARIABLE, Project
from helpers.render.notebooks import code_cells

WARM = 2
"""Municipalities that are rendered before it is watched."""

SAVED = CHECKOUT / ".plan" / "render.prof"


class _Here:
    """A kernel that is this process."""

    def __init__(self, project: Project) -> None:
        from helpers.render.shell import Shell

        self._shell = Shell.instance()

    def run(self, notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
        cells = list(code_cells(notebook))
        here = Path.cwd()
        told = self._shell.ran(
            [{"source": cell.source, "may_fail": False} for cell in cells], str(folder), environment, (), 300
        )
        os.chdir(here)
        for cell, ran in zip(cells, told, strict=False):
            cell.update(from_dict(ran))

    def stop(self) -> None:
        pass


def main() -> None:
    """Render a few municipalities and say where the time went."""
    from helpers.catalogue import load_catalogue
    from helpers.render import worker as rooms
    from helpers.reports import wing
    from helpers.reports.base.request import RenderRequest

    with tempfile.TemporaryDirectory() as given:
        root = Path(given) / "project"
        root.mkdir()
        copy_project(root)
        os.environ |= {ROOT_VARIABLE: str(root), RENDERING_VARIABLE: "1", "IPYTHONDIR": given}
        project = Project(root)
        catalogue = load_catalogue(project)
        names = tuple(area.name for area in catalogue.municipalities[: WARM + FEW])
        request = RenderRequest(project, "plan", names, PLAN, output=Path(given) / "site", example=True)
        asked = wing("plan").asked(request, catalogue)
        rooms.Kernel = _Here  # type: ignore[misc, assignment]
        setting = rooms.Setting(
            project, request.output, rooms.BUILT_IN, "", frozenset({"html", "pdf"}), force=True
        )
        watched = cProfile.Profile()
        with closing(rooms.Worker(setting)) as worker:
            for number, item in enumerate(asked):
                room = Path(given) / str(number)
                room.mkdir()
                if number == WARM:
                    watched.enable()
                outcome = worker.render(item.variant, room)
                assert outcome.ok, outcome.problems
        watched.disable()
    SAVED.parent.mkdir(exist_ok=True)
    watched.dump_stats(SAVED)
    told = pstats.Stats(watched).sort_stats("tottime")
    print(
        f"{FEW} warm municipalities, HTML and PDF; saved as {SAVED.relative_to(CHECKOUT)}. By their own time:"
    )
    told.print_stats(10)
    print("This project's own functions, with all they call:")
    told.sort_stats("cumulative").print_stats(r"helpers.(present|reports|analysis|data|render.(b|d|p))", 10)


if __name__ == "__main__":
    main()
