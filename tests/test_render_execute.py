"""Notebooks run in one warm kernel: their mistakes are told in one message, and nothing leaks from one to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.catalogue.brand import read_brand
from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.book import read_book
from helpers.render.copy import Copy, make_copy
from helpers.render.execute import Kernel, run_notebooks
from helpers.render.models import Outcome
from helpers.render.run import render_variants
from render_book import code, markdown, notebook, variant, write_book


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory):
    running = Kernel(Project(tmp_path_factory.mktemp("root")))
    yield running
    running.stop()


def copied(folder: Path, *cells, name: str = "Frederikssund", **changes) -> Copy:
    notebooks = {"index.ipynb": notebook("# Forord", *cells)}
    notebooks["index.ipynb"].cells.pop(2)  # the sample's own opening is not needed here
    project = write_book(folder / "project", notebooks)
    book = read_book(project.root)
    return make_copy(book, read_brand(book.brand), variant(project, name, **changes), folder / "copy")


def ran(folder: Path, kernel: Kernel, *cells, **changes) -> list[str]:
    """The last cell's printed lines."""
    copy = copied(folder, *cells, **changes)
    run_notebooks(copy, kernel)
    return [output.text.strip() for output in copy.notebooks["index.ipynb"].cells[-1].outputs]


def failure(folder: Path, kernel: Kernel, *cells) -> str:
    with pytest.raises(PlanError) as caught:
        run_notebooks(copied(folder, *cells), kernel)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_parameters_reach_the_notebook(tmp_path: Path, kernel: Kernel):
    assert ran(tmp_path, kernel, code("print(kommune, plan)"), name="Høje-Taastrup") == ["Høje-Taastrup p"]


def test_a_name_of_one_notebook_is_unknown_to_the_next(tmp_path: Path, kernel: Kernel):
    ran(tmp_path / "1", kernel, code("leftover = kommune"))
    assert ran(tmp_path / "2", kernel, code("print('leftover' in globals())")) == ["False"]


def test_the_kernel_stays_warm_between_notebooks(tmp_path: Path, kernel: Kernel):
    show = code("import os, sys; print(os.getpid(), 'colorsys' in sys.modules)")
    (first,) = ran(tmp_path / "1", kernel, code("import colorsys"), show)
    (second,) = ran(tmp_path / "2", kernel, show)
    assert first == second


def test_a_variant_s_environment_is_its_own(tmp_path: Path, kernel: Kernel):
    show = code("import os; print(os.environ.get('PLAN_X'), os.environ['PLAN_RENDERING'])")
    assert ran(tmp_path / "1", kernel, show, environment={"PLAN_X": "1"}) == ["1 1"]
    assert ran(tmp_path / "2", kernel, show) == ["None 1"]


def test_cells_see_the_notebook_s_own_folder_in_the_copy(tmp_path: Path, kernel: Kernel):
    (shown,) = ran(tmp_path, kernel, code("import os; print(os.getcwd())"))
    assert Path(shown) == (tmp_path / "copy").resolve()


def test_the_sources_are_left_as_they_are(tmp_path: Path, kernel: Kernel):
    copy = copied(tmp_path, code("open('made.txt', 'w').close(); print(1)"))
    before = {path: path.read_bytes() for path in copy.book.folder.rglob("*") if path.is_file()}
    run_notebooks(copy, kernel)
    assert {path: path.read_bytes() for path in copy.book.folder.rglob("*") if path.is_file()} == before
    assert (copy.folder / "made.txt").is_file()


def test_a_user_s_mistake_is_one_message_with_notebook_and_cell_and_no_traceback(
    tmp_path: Path, kernel: Kernel
):
    text = failure(
        tmp_path,
        kernel,
        markdown("Tekst"),
        code(
            "from helpers.errors import PlanError\nraise PlanError.of('goals.9x', 'There is no goal 9x.', 'Did you mean 9a?')"
        ),
    )
    # Heading, parameters, text, and then the cell.
    assert text.startswith("index.ipynb, cell 4: from helpers.errors import PlanError\n")
    assert "There is no goal 9x." in text
    assert "Did you mean 9a?" in text
    assert "Traceback" not in text
    assert "File " not in text


def test_a_fault_in_a_cell_names_the_cell_and_the_error(tmp_path: Path, kernel: Kernel):
    text = failure(tmp_path, kernel, code("x = 1\nprint(y)"))
    assert text.startswith("index.ipynb, cell 3: x = 1\n")
    assert "NameError: name 'y' is not defined" in text
    assert "\x1b" not in text


SHOWN = """from IPython.display import display
from helpers.errors import PlanError
class Odd:
    def _repr_markdown_(self):
        raise {error}
"""


@pytest.mark.parametrize(
    "last", ["Odd()", "display(Odd())\nprint('goes on')"], ids=["as a result", "on the way"]
)
@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("ValueError('måneden 13')", "ValueError: måneden 13"),
        ("PlanError.of('goals.9x', 'There is no goal 9x.')", "There is no goal 9x."),
    ],
)
def test_a_fault_met_in_showing_something_is_told_as_it_is(
    tmp_path: Path, kernel: Kernel, last: str, error: str, told: str
):
    text = failure(tmp_path, kernel, code(SHOWN.format(error=error) + last), code("print('next')"))
    assert text.startswith("index.ipynb, cell 3: from IPython.display")
    assert told in text
    assert "NoneType" not in text
    assert ("Traceback" in text) == ("PlanError" not in error)


def test_a_fault_that_a_cell_is_to_show_stops_nothing(tmp_path: Path, kernel: Kernel):
    assert ran(tmp_path, kernel, code("1 / 0", "raises-exception"), code("print('on')")) == ["on"]


def test_a_kernel_that_dies_is_told_and_the_next_notebook_gets_another(tmp_path: Path, kernel: Kernel):
    text = failure(tmp_path / "1", kernel, code("import os; os._exit(9)"))
    assert text.startswith("index.ipynb\n")
    assert "ended by itself" in text
    assert ran(tmp_path / "2", kernel, code("print('alive')")) == ["alive"]


def test_a_kernel_that_dies_after_long_is_not_told_as_a_cell_that_took_too_long(
    tmp_path: Path, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("helpers.render.execute.CELL_TIMEOUT", 0.3)
    slow = "import time; time.sleep(0.2)"
    text = failure(tmp_path, kernel, code(slow), code(slow), code("import os; os._exit(1)"))
    assert "ended by itself" in text


def test_a_cell_without_end_is_stopped(tmp_path: Path, kernel: Kernel, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("helpers.render.execute.CELL_TIMEOUT", 1)
    text = failure(tmp_path, kernel, code("import time; time.sleep(60)"))
    assert "longer than 1 seconds" in text


def test_a_notebook_with_code_and_no_parameters_is_refused(tmp_path: Path):
    made = {"index.ipynb": notebook("# Forord", code("print(1)"), parameters=False)}
    project = write_book(tmp_path, made)
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=tmp_path / "_site")
    assert outcome.status == "failed"
    assert "parameters" in outcome.problems[0].what


def test_warnings_are_told_and_not_shown_on_the_page(tmp_path: Path):
    made = {
        "index.ipynb": notebook(
            "# Forord", code("import sys; print('NB: gammelt', file=sys.stderr); print('vist')")
        )
    }
    project = write_book(tmp_path, made)
    outcome: Outcome
    (outcome,) = render_variants(
        project, [variant(project)], to=("html",), engine="built-in", output=tmp_path / "_site"
    )
    assert outcome.warnings == ("NB: gammelt",)
    html = (outcome.folder / "index.html").read_text(encoding="utf-8")
    assert "vist" in html
    assert "gammelt" not in html
