"""The least that a municipality's pages and PDF could cost: each figure drawn, one pandoc, one Typst, nothing else.

``python -m benchmarks.floor keep PROJECT FOLDER`` runs one municipality's notebooks and keeps what pandoc, Typst and
Vega-Lite are given; ``python -m benchmarks.floor run FOLDER COUNT`` gives it to them, as often as said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

JOB = "job.json"
KOMMUNE = "Greve"


def keep(root: Path, folder: Path) -> None:
    """Lay what the three programs are given into `folder`, as :mod:`helpers.render` does it."""
    from unittest.mock import patch

    from benchmarks.bench_render import PLAN
    from helpers.catalogue import load_catalogue
    from helpers.project import Project
    from helpers.render.builtin import engine, pandoc
    from helpers.render.copy import make_copy, settle_prose
    from helpers.render.execute import run_notebooks
    from helpers.render.worker import BUILT_IN, Setting, Worker
    from helpers.reports import wing
    from helpers.reports.base.request import RenderRequest

    project = Project(root)
    request = RenderRequest(project, "plan", (KOMMUNE,), PLAN, output=folder / "site", example=True)
    (asked,) = wing("plan").asked(request, load_catalogue(project))
    convert = pandoc.run

    def kept(job: Any, *more: Any) -> Any:
        (folder / JOB).write_text(json.dumps(dict(job)), encoding="utf-8")
        return convert(job, *more)

    setting = Setting(project, folder / "site", BUILT_IN, "", frozenset({"html", "pdf"}))
    with closing(Worker(setting)) as worker:
        variant = asked.variant
        copy = make_copy(
            worker.book(variant), worker.brand(variant), variant, folder / "copy", worker.imprint(variant)
        )
        run_notebooks(copy, worker.kernel)
        settle_prose(copy)
        with patch.object(pandoc, "run", kept):
            engine.render_built_in(copy, folder / "site", worker.assets(variant), worker.to, lambda *_: None)


def run(folder: Path, count: int) -> None:
    """Draw every figure, run pandoc and compile the PDF, `count` times."""
    import pypandoc
    import typst
    import vl_convert

    from helpers.present import fonts
    from helpers.present.theme import FORMAT_LOCALE, TIME_LOCALE
    from helpers.render.builtin import pandoc, pdf

    copy = folder / "copy"
    specs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(copy.rglob("figures/*.json"))]
    job = (folder / JOB).read_bytes()
    vl_convert.register_font_directory(str(fonts.FOLDER))
    found = typst.Fonts(include_system_fonts=False, font_paths=[str(fonts.FOLDER)])
    compiler = typst.Compiler(font_paths=found, ignore_system_fonts=True)
    for _ in range(count):
        for spec in specs:
            vl_convert.vegalite_to_svg(spec, format_locale=FORMAT_LOCALE, time_format_locale=TIME_LOCALE)
        subprocess.run(
            [pypandoc.get_pandoc_path(), "lua", str(pandoc.SCRIPT)],
            input=job,
            cwd=copy,
            check=True,
            capture_output=True,
        )
        compiler.compile(
            input=str(copy / pdf.MAIN),
            root=str(copy),
            output=str(folder / "floor.pdf"),
            pdf_standards=[pdf.STANDARD],
        )
    print(f"{len(specs)} figures")


if __name__ == "__main__":
    if sys.argv[1] == "keep":
        keep(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        run(Path(sys.argv[2]), int(sys.argv[3]))
