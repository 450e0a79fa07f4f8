"""A page of one municipality never shows another's figures: whatever a notebook does, the render holds and names it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from helpers.catalogue import load_catalogue
from helpers.catalogue.brand import read_brand
from helpers.commands.checks import check_everything
from helpers.errors import PlanError
from helpers.present.stamp import Stamp
from helpers.project import Project
from helpers.render.book import read_book
from helpers.render.copy import Copy, make_copy
from helpers.render.execute import Kernel, run_notebooks
from helpers.render.hold import hold
from helpers.render.models import Variant
from helpers.render.run import render_variants
from helpers.reports.base.bookfiles import BookFiles
from helpers.reports.jobcenteroverblik.pieces import DotPart
from helpers.reports.plan.report import read_report
from helpers.reports.plan.wing import WING
from render_book import code, copy_project, markdown

PAGE = "notebooks/06-unge.ipynb"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with two pages, so that a render takes seconds."""
    made = copy_project(tmp_path_factory.mktemp("stamp"))
    text = (made.root / "_quarto.yml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "notebooks/" not in line or "06-unge" in line]
    (made.root / "_quarto.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def kernel(project: Project) -> Iterator[Kernel]:
    running = Kernel(project)
    yield running
    running.stop()


Change = Callable[[list], object]
Run = Callable[..., Copy]


@pytest.fixture
def run(project: Project, kernel: Kernel, tmp_path: Path) -> Iterator[Run]:
    """Run Frederikssund's pages with the cells of one changed, and hold them; the page is put back afterwards."""
    kept: dict[Path, bytes] = {}

    def held(change: Change = lambda cells: None, page: str = PAGE) -> Copy:
        path = project.root / page
        kept.setdefault(path, path.read_bytes())
        notebook = nbformat.read(path, as_version=4)
        change(notebook.cells)
        nbformat.write(notebook, path)
        book = read_book(project.root)
        copy = make_copy(book, read_brand(book.brand), variant(project), tmp_path / "copy")
        run_notebooks(copy, kernel)
        hold(copy)
        return copy

    yield held
    for path, content in kept.items():
        path.write_bytes(content)


def variant(project: Project) -> Variant:
    catalogue = load_catalogue(project)
    plan, area = catalogue.plan("frederikssund-2023"), catalogue.municipality("Frederikssund")
    laid = BookFiles(WING.contents(project, catalogue, plan.key)).laid()
    return read_report(project, catalogue, plan, area).asked(laid).variant


def shown(copy: Copy) -> str:
    """All Markdown of the page."""
    cells = copy.notebooks[PAGE].cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(output.get("data", output.get("text"))) for output in outputs)


def after(cells: list, name: str) -> int:
    return next(i for i, cell in enumerate(cells) if cell.get("id") == name) + 1


HEDENSTED = 'kommune = "Hedensted"'
TAGS = ["injected-parameters"]


def test_a_cell_that_another_run_left_is_passed_over_and_named(project: Project, run: Run):
    def leave(cells: list) -> None:
        cells.insert(after(cells, "parameters"), code(f"# Injected Parameters\n{HEDENSTED}", *TAGS))

    page = shown(run(leave))
    assert "Frederikssund" in page and "Hedensted" not in page
    problems, _ = check_everything(project)
    assert [problem.where.split(":")[0] for problem in problems] == [f"{PAGE}, cell 3"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param(
            lambda cells: cells.insert(2, code(HEDENSTED, "parameters")), "cell 3: kommune", id="two-tagged"
        ),
        pytest.param(lambda cells: cells.insert(2, code(HEDENSTED)), 'cell 5: report.fetch', id="set-again"),
        pytest.param(
            lambda cells: cells[2].update(
                source='from helpers import open_report\nreport = open_report("Hedensted", plan, periode)'
            ),
            "cell 4: report.fetch",
            id="name-written-in",
        ),
        pytest.param(
            lambda cells: cells.append(
                code('other = open_report("Hedensted", plan, periode)\nother.goal("6a") + report.goal("6a")')
            ),
            ": other = open_report",
            id="one-cell-of-two-reports",
        ),
        pytest.param(
            lambda cells: cells.append(
                code('open_report("Hedensted", plan, periode).figure("6a").write()')
            ),
            ': report.figure("6a")',
            id="figure-files-written-over",
        ),
        pytest.param(
            lambda cells: cells.append(
                code(
                    "from IPython.display import Markdown\n"
                    'Markdown(open_report("Hedensted", plan, periode).goal("6a").markdown)'
                )
            ),
            ": from IPython.display",
            id="shown-by-hand",
        ),
        pytest.param(
            lambda cells: cells.append(
                code('report = open_report(kommune, "noegletal-2026", periode)\nreport.goal("1a")')
            ),
            ": report = open_report",
            id="another-plan",
        ),
    ],
)  # fmt: skip
def test_figures_of_another_municipality_stop_the_render_by_notebook_and_cell(
    run: Run, change: Change, place: str
):
    with pytest.raises(PlanError) as caught:
        run(change)
    said = str(caught.value)
    assert PAGE in said and place in said


@pytest.mark.parametrize(("source", "tags"), [("", ()), ("report.goal('6a')", ("skip-execution",))])
def test_a_copied_output_in_a_cell_that_is_not_run_stops_the_render(
    run: Run, source: str, tags: tuple[str, ...]
):
    cell = code(source, *tags)
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/markdown": "Hedensted: 93 pct."})]
    with pytest.raises(PlanError, match=f"{PAGE}, cell .*\n.*whose figures"):
        run(lambda cells: cells.append(cell))


def test_the_verdicts_of_another_municipality_stop_the_render(run: Run):
    source = (
        'from helpers import open_report\nopen_report("Hedensted", plan, periode).summary()\nprint("own")'
    )
    with pytest.raises(PlanError, match=r"verdicts\.json: notebooks(.|\n)*hedensted"):
        run(lambda cells: cells.append(code(source)), "index.ipynb")


def test_what_an_analyst_writes_and_prints_is_their_own(run: Run):
    def write(cells: list) -> None:
        cells.append(markdown("I Hedensted er det anderledes."))
        cells.append(code('print(open_report("Hedensted", plan, periode).municipality.name)'))

    assert shown(run(write)).rstrip().endswith("Hedensted")


def test_a_render_that_is_held_places_no_site(project: Project, run: Run):
    with pytest.raises(PlanError):
        run(lambda cells: cells.insert(2, code(HEDENSTED)))
    (outcome,) = render_variants(
        project, [variant(project)], to=("html",), engine="built-in", output=project.root / "_site"
    )
    assert not outcome.ok and not (project.root / "_site" / "frederikssund").exists()
    assert "hedensted" in str(outcome.problems[0])


def test_every_file_of_a_figure_says_what_it_stands_on(run: Run):
    folder = run().folder / "notebooks" / "figures"
    assert json.loads((folder / "6a.json").read_text("utf-8"))["usermeta"]["basis"] == "example"
    assert '"basis": "example"' in (folder / "6a.svg").read_text("utf-8")
    head, *rows = (folder / "6a.csv").read_text("utf-8-sig").splitlines()
    assert head.split(";")[-1] == "grundlag"
    assert {row.split(";")[-1] for row in rows} == {"eksempeldata", "trykt"}


# ------------------------------------------------------------------------------------------- any notebook


def _set_again(cells: list, drawn: random.Random) -> None:
    place = drawn.randrange(len(cells) + 1)
    cells.insert(
        place, code(HEDENSTED, *drawn.choice([(), ("parameters",), ("injected-parameters",), ("x",)]))
    )


def _open_again(cells: list, drawn: random.Random) -> None:
    name = drawn.choice(["report", "other"])
    source = f'from helpers import open_report\n{name} = open_report("Hedensted", "frederikssund-2023", "")'
    cells.insert(drawn.randrange(len(cells) + 1), code(source))
    show = drawn.choice(['report.goal("6a")', 'other.figure("6b")', 'other.figure("6b").write()'])
    cells.insert(drawn.randrange(len(cells) + 1), code(show))


def _copy_output(cells: list, drawn: random.Random) -> None:
    cell = drawn.choice([cell for cell in cells if cell.cell_type == "code"] or [code("1")])
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/markdown": "Hedensted: 93 pct."})]
    if drawn.random() < 0.5:
        cells.append(cell.copy())
        cells[-1].update(id=f"copy-{drawn.random()}", source=drawn.choice(["", "# kopi", cell.source]))


def _rewrite(cells: list, drawn: random.Random) -> None:
    cell = drawn.choice(cells)
    cell.source = drawn.choice(
        [
            cell.source.replace("Frederikssund", "Hedensted"),
            "",
            cell.source * 2,
            cell.source[:-1],
            "kommune =",
        ]
    )


def _retag(cells: list, drawn: random.Random) -> None:
    drawn.choice(cells).metadata["tags"] = drawn.choice(
        [[], ["parameters"], ["skip-execution"], ["injected-parameters"]]
    )


def _shuffle(cells: list, drawn: random.Random) -> None:
    one, other = drawn.randrange(len(cells)), drawn.randrange(len(cells))
    cells[one], cells[other] = cells[other], cells[one]


MUTATIONS = (_set_again, _open_again, _copy_output, _rewrite, _retag, _shuffle)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_done_to_a_notebook_shows_its_own_municipality_or_stops(run: Run, seed: int):
    drawn = random.Random(seed)

    def mutate(cells: list) -> None:
        for change in drawn.choices(MUTATIONS, k=drawn.randrange(1, 4)):
            change(cells, drawn)

    try:
        copy = run(mutate)
    except PlanError as error:
        assert all("06-unge" in problem.where for problem in error.problems)
        return
    for cell in copy.notebooks[PAGE].cells:
        for output in cell.get("outputs", []):
            assert "Hedensted" not in str(output)


def test_an_analysts_own_chart_is_shown_by_the_report(run: Run) -> None:
    shown = "report.show(own, caption='Min egen', alt='Kurven er flad.')"
    copy = run(lambda page: page.append(code(f"{OWN}\n{shown}")))
    folder = (copy.folder / PAGE).parent / "figures"
    assert "<svg" in (folder / "egen-min-egen.svg").read_text(encoding="utf-8")


def test_a_chart_that_no_report_shows_stops_the_render(run: Run) -> None:
    with pytest.raises(PlanError, match=r"report\.show"):
        run(lambda page: page.append(code(f"{OWN}\nown")))


OWN = """import altair as alt
own = alt.Chart(report.frame('6a')).mark_line().encode(x='month:T', y='value:Q')"""


def test_the_files_under_a_dot_plot_are_called_as_they_are_written():
    stamp = Stamp("jobcenteroverblik", "ishoej", "jobcenteroverblik", "example-2026-08-22", marked=True)
    part = DotPart("alle-1", {}, caption="Figur 1", alt="Alle kommuner.", csv="a;b", stamp=stamp)
    assert "(figures/EKSEMPEL-alle-1.csv)" in part.markdown()
    assert "(figures/EKSEMPEL-alle-1.json)" in part.markdown()
