"""The ``plan`` command as a newcomer meets it: bad input gets one clear message, and no terminal is too old."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers import cli
from helpers.catalogue import load_catalogue
from helpers.commands import streams
from helpers.data.basis import choose_basis
from helpers.data.files import write_whole
from helpers.data.processed import load_observations
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE
from report_support import CHECKOUT, copy_project

PLAN = [sys.executable, "-c", "from helpers.cli import main; main()"]
KEY_VARIABLES = ("JOBINDSATS_API_TOKEN", "JOBINDSATS_API_URL")


@pytest.fixture(scope="module")
def shared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that tests only read, with its example data made once."""
    project = copy_project(tmp_path_factory.mktemp("project"))
    catalogue = load_catalogue(project)
    load_observations(project, catalogue, choose_basis(project, catalogue, catalogue.plan(project.plan)))
    return project.root


@pytest.fixture
def root(shared_root: Path, tmp_path: Path) -> Path:
    """A project that a test may damage."""
    return shutil.copytree(shared_root, tmp_path / "plan")


def plan(
    monkeypatch: pytest.MonkeyPatch, root: Path, *words: str
) -> tuple[int, str, tuple[str, ...], BaseException | None]:
    """Exit code, what was printed, the problems a user would be told, and any other exception."""
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    if root.is_dir():
        monkeypatch.chdir(root)
    for name in KEY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(cli.app, list(words))
    if isinstance(result.exception, PlanError):
        return 1, result.output, tuple(str(p) for p in result.exception.problems), None
    strange = None if isinstance(result.exception, SystemExit) else result.exception
    return result.exit_code, result.output, (), strange


def told(monkeypatch: pytest.MonkeyPatch, root: Path, *words: str) -> str:
    """The message of a command that must end in a user's problem."""
    code, _, problems, strange = plan(monkeypatch, root, *words)
    assert strange is None, repr(strange)
    assert code == 1
    assert problems
    return "\n".join(problems)


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, as from a terminal."""
    names = {name: value for name, value in os.environ.items() if name not in KEY_VARIABLES}
    return subprocess.run(
        [*PLAN, *words],
        env={**names, ROOT_VARIABLE: str(root), **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


# ------------------------------------------------------------------------------------------ what was typed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("status", "Frederikssnd"), 'Did you mean "Frederikssund"?'),
        (("status", ""), "none of the 98 municipalities"),
        (("status", "Læsnø"), "none of the 98 municipalities"),
        (("status", "Frederikssund", "--plan", "frederikssund-2032"), 'Did you mean "frederikssund-2023"?'),
        (("status", "Frederikssund", "--period", "2023M13"), "--period"),
        (("status", "Frederikssund", "--period", "november"), "write a month as 2023M11"),
        (("status", "Frederikssund", "--snapshot", "22-08-2026"), "write it as 2026-08-22"),
        (("status", "Frederikssund", "--snapshot", "1999-01-01"), "1999-01-01"),
        (("list", "plan"), 'Did you mean "plans"?'),
        (("list", ""), "Choose one of plans"),
        (("list", "goals", "--plan", "x"), "is no plan"),
        (("find", "samtaler"), "key"),
        (("fetch", "--source", "jobindsats"), "JOBINDSATS_API_TOKEN"),
        (("fetch", "--source", "x"), "is no source"),
        (("fetch", "--plan", "x"), "is no plan"),
        (("fetch", "--table", "x"), "Tables in use"),
        (("process", "--plan", "x"), "is no plan"),
        (("compare",), "plan fetch"),
        (("compare", "foo"), "OLD"),
        (("compare", "2026-08-19", "foo"), "NEW"),
        (("compare", "--kommune", "Hedenstd"), 'Did you mean "Hedensted"?'),
        (("template", "Frederikssund", "x"), "no indicator and no survey"),
        (("template", "Nowhere", "x"), "none of the 98 municipalities"),
        (("template", "Frederikssund", "virksomhedstilfredshed"), "not overwritten"),
        (("notebooks", "x"), "is no plan"),
        (("project", "template", "flere-i-jo"), 'Did you mean "flere-i-job"?'),
        (("project", "template", "flere-i-job", "--month", "2024-02"), "--month"),
        (("render", "--plan", "noegletal-2026"), "No municipality is named"),
        (("render", "Frederikssnd"), 'Did you mean "Frederikssund"?'),
        (("render", "Frederikssund", "--plan", "x"), "is no plan"),
        (("status", "Frederikssund", "--period", "2030M01"), "the newest are for 2023M11"),
        (("render", "Frederikssund", "--period", "2030M01"), "the newest are for 2023M11"),
        (("render", "Frederikssund", "--period", "2015M01"), "the oldest are for 2020Q01"),
        (("render", "Viborg", "--period", "2030M01", "--report", "jobcenteroverblik"), "the newest are for"),
        (("render", "Hedensted", "--period", "2015M01", "--report", "investeringer"), "the oldest are for"),
        (("render", "Viborg", "--region", "Midtjylland"), "Viborg and --region Midtjylland contradict"),
        (("render", "Viborg", "--all"), "Viborg and --all contradict"),
        (("render", "--all", "--region", "Midtjylland"), "--region Midtjylland and --all contradict"),
        (("render", "Viborg", "--all", "--report", "jobcenteroverblik"), "Viborg and --all contradict"),
        (("render", "Frederikssund", "--to", "odt"), "html,pdf,docx"),
        (("render", "Frederikssund", "--to", ""), "html,pdf,docx"),
        (("render", "Frederikssund", "--output", ""), "--output _site"),
        (("render", "--region", "Jylland"), "Regions: Hovedstaden"),
        (("render", "Frederikssund", "--report", "investeringer"), "hedensted-2024-2025"),
        (("render", "Vallensbæk/Ishoj", "--report", "jobcenteroverblik"), "Vallensbæk"),
        (("render", "Frederikssund", "--report", "jobcenteroverblik", "--plan", "x"), "Unknown template"),
    ],
)
def test_bad_input_is_told_with_what_to_do(
    shared_root: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    assert says in told(monkeypatch, shared_root, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("status",),
        ("status", "Frederikssund", "--format", "xml"),
        ("status", "Frederikssund", "Hedensted"),
        ("render", "Frederikssund", "--engine", "latex"),
        ("render", "Frederikssund", "--report", "plans"),
        ("render", "Frederikssund", "--jobs", "-1"),
        ("render", "Frederikssund", "--jobs", "two"),
        ("find",),
        ("--nothing",),
    ],
)
def test_a_command_line_that_is_not_understood_ends_with_2(
    shared_root: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    code, output, _, strange = plan(monkeypatch, shared_root, *words)
    assert (code, strange) == (2, None)
    assert "plan" in output or "Usage" in output


@pytest.mark.parametrize("kind", ["file", "below a file"])
def test_an_output_that_is_no_folder_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    target = root / "_brand.yml" if kind == "file" else root / "_brand.yml" / "site"
    said = told(monkeypatch, root, "render", "Frederikssund", "--output", str(target), "--engine", "built-in")
    assert "output folder" in said
    assert "--output" in said


@pytest.mark.parametrize(
    "what", ["plans", "indicators", "surveys", "goals", "municipalities", "projects", "reports"]
)
def test_everything_can_be_listed(shared_root: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    code, output, _, strange = plan(monkeypatch, shared_root, "list", what)
    assert (code, strange) == (0, None)
    assert len(output.splitlines()) > 1


# ------------------------------------------------------------------------------------------ damaged files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("catalogue/indicators.yml", "a: [1\n"),
        ("catalogue/indicators.yml", ""),
        ("catalogue/indicators.yml", "- a\n- b\n"),
        ("catalogue/plans/frederikssund-2023.yml", "\tkey: x\n"),
        ("catalogue/surveys.yml", "\x00"),
        ("catalogue/jobcenteroverblik.yml", "nothing: here\n"),
        ("catalogue/areas/municipalities.csv", "code;name\n"),
        ("catalogue/areas/jobcentres.csv", "x\n"),
        ("catalogue/published/frederikssund-2023.csv", "goal,indicator\n1a,x\n"),
        ("catalogue/projects/hedensted-2024-2025.yml", "title: [\n"),
        ("data/raw/manual/frederikssund/virksomhedstilfredshed.csv", "x;y\n1;2\n"),
    ],
)
def test_a_damaged_file_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    (root / name).write_text(content, encoding="utf-8")
    assert name in told(monkeypatch, root, "check")


def test_a_file_in_another_encoding_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "catalogue" / "surveys.yml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252", "replace"))
    said = told(monkeypatch, root, "check")
    assert "catalogue/surveys.yml" in said
    assert "UTF-8" in said


@pytest.mark.parametrize(("name", "content"), [("notebooks/06-unge.ipynb", ""), ("_quarto.yml", None)])
def test_a_damaged_book_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str | None
) -> None:
    if content is None:
        (root / name).unlink()
    else:
        (root / name).write_text(content, encoding="utf-8")
    words = (
        "render",
        "Frederikssund",
        "--engine",
        "built-in",
        "--output",
        str(root / "_site"),
        "--to",
        "html",
    )
    code, output, problems, strange = plan(monkeypatch, root, *words)
    assert strange is None, repr(strange)
    assert code == 1
    assert Path(name).name in output + "\n".join(problems)
    assert not (root / "_site" / "frederikssund").exists()


# ------------------------------------------------------------------------------------------ where one stands


def test_outside_a_project_the_user_is_told_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["check"])
    assert isinstance(result.exception, PlanError)
    assert "Go to the project's folder" in str(result.exception)


def test_a_wrong_project_folder_in_the_environment_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = told(monkeypatch, tmp_path / "gone", "list", "plans")
    assert ROOT_VARIABLE in said
    assert "gone" in said


# ------------------------------------------------------------------------------------------ typed-in figures


def test_a_template_filled_in_by_danish_excel_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(monkeypatch, root, "template", "Frederikssund", "ankesager-omgjort")
    path = root / "data" / "raw" / "manual" / "frederikssund" / "ankesager-omgjort.csv"
    head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    filled = [";".join([*row.split(";")[:3], "27,1", "Ankestyrelsen"]) for row in rows[:2]]
    path.write_bytes("\r\n".join([head, *filled, *rows[2:], ""]).encode("cp1252"))
    code, output, problems, strange = plan(monkeypatch, root, "check")
    assert (code, problems, strange) == (0, (), None)
    assert "typed in for Frederikssund: 2 figures" in output


# ------------------------------------------------------------------------------------------ any terminal


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8"])
def test_status_is_printed_whatever_the_terminals_encoding(shared_root: Path, encoding: str) -> None:
    done = run(shared_root, "status", "Frederikssund", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr.decode(encoding)
    shown = done.stdout.decode(encoding)
    assert "Frederikssund" in shown
    assert ("−3,5" if encoding == "utf-8" else "-3,5") in shown


def test_messages_are_printed_where_the_terminal_knows_ascii_only(shared_root: Path) -> None:
    done = run(shared_root, "status", "Xyz", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 1
    assert done.stderr.decode("ascii").startswith("x municipality")


def test_json_for_machines_is_utf8_in_a_pipe_whatever_the_encoding(shared_root: Path) -> None:
    done = run(shared_root, "status", "Læsø", "--format", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["municipality"] == "Læsø"


def test_every_sign_has_a_stand_in_that_ascii_can_write() -> None:
    streams.accept_any_terminal()
    text = "−3,5 ✓ ✗ × Æblegrød på Ærø → é “x” ☃"
    assert text.encode("ascii", streams._HANDLER).decode() == '-3,5 v x x AEblegroed paa AEroe -> e "x" ?'


@pytest.mark.parametrize("width", ["1", "40", "200"])
def test_status_fits_any_width(shared_root: Path, width: str) -> None:
    done = run(shared_root, "status", "Frederikssund", COLUMNS=width, PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    if int(width) > 30:
        lines = done.stdout.decode("utf-8").splitlines()
        assert max(map(len, lines)) <= int(width)


def test_no_colours_are_written_into_a_pipe(shared_root: Path) -> None:
    assert b"\x1b[" not in run(shared_root, "status", "Frederikssund").stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE and no dup2 of a closed pipe")
@pytest.mark.parametrize(
    "words",
    [("status", "Frederikssund", "--format", "csv"), ("list", "municipalities"), ("--help",)],
)
def test_a_closed_pipe_is_no_mistake(shared_root: Path, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [*PLAN, *words],
        env={**os.environ, ROOT_VARIABLE: str(shared_root)},
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (0, b"")


def test_ctrl_c_ends_with_130_and_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, shared_root: Path
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_project", interrupted)
    code, output, _, strange = plan(monkeypatch, shared_root, "check")
    assert (code, strange) == (130, None)
    assert "Traceback" not in output


@pytest.mark.parametrize("fault", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_full_or_closed_disk_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: int
) -> None:
    def full() -> None:
        raise OSError(fault, os.strerror(fault), "data/processed/.x.4711-0a1b2c3d.part")

    monkeypatch.setattr(cli, "_project", full)
    monkeypatch.setattr(sys, "argv", ["plan", "check"])
    monkeypatch.setattr(cli, "err", cli.PlainConsole(file=io.StringIO(), width=200))
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    said = cli.err.file.getvalue()  # type: ignore[attr-defined]
    assert "data/processed/x" in said
    assert os.strerror(fault) in said
    assert "still in place" in said
    assert ".part" not in said


# ------------------------------------------------------------------------------------------ help


def test_version_is_the_packages_own(monkeypatch: pytest.MonkeyPatch, shared_root: Path) -> None:
    code, output, _, _ = plan(monkeypatch, shared_root, "--version")
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert code == 0
    assert f'version = "{output.split()[-1]}"' in project


def test_help_needs_no_pandas_and_no_project(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['plan', '--help']\n"
        "from helpers.cli import main\n"
        "try:\n main()\nexcept SystemExit:\n pass\n"
        "heavy = {'pandas', 'altair', 'pydantic', 'yaml', 'requests'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"render" in done.stdout


def test_every_command_named_in_the_readme_exists(monkeypatch: pytest.MonkeyPatch, shared_root: Path) -> None:
    documents = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
    named = {
        line.split("plan ", 1)[1].split()[0].strip("`")
        for path in documents
        for line in path.read_text(encoding="utf-8").replace("`plan ", "\nplan ").splitlines()
        if line.startswith("plan ") and len(line.split()) > 1
    } & {word for word in _words(documents) if word.isalpha()}
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands}  # type: ignore[union-attr]
    known |= {group.name for group in cli.app.registered_groups}
    assert named <= known
    assert {"render", "status", "fetch", "check"} <= named


def _words(paths: list[Path]) -> set[str]:
    return {word.strip("`") for path in paths for word in path.read_text(encoding="utf-8").split()}


def test_every_command_has_help(monkeypatch: pytest.MonkeyPatch, shared_root: Path) -> None:
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        code, output, _, _ = plan(monkeypatch, shared_root, name, "--help")
        assert code == 0
        assert "Usage" in output


@pytest.mark.parametrize(
    ("words", "needless", "shown"),
    [
        (["list", "plans"], {"pandas", "pyarrow", "altair", "great_tables", "requests"}, "noegletal-2026"),
        (["status", "Greve"], {"nbformat", "altair", "great_tables", "typst", "docx", "requests"}, "Greve"),
    ],
)
def test_what_is_looked_at_waits_for_no_library_that_it_does_not_need(
    shared_root: Path, words: list[str], needless: set[str], shown: str
) -> None:
    script = (
        "import sys\n"
        "from helpers.cli import app\n"
        f"app({words}, standalone_mode=False)\n"
        f"print('loaded', *sorted({needless} & set(sys.modules)))\n"
    )
    environment = {**os.environ, ROOT_VARIABLE: str(shared_root)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert shown in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded"


def test_a_worker_that_lays_out_pages_brings_in_nothing_that_reads_figures() -> None:
    script = "import sys, helpers.render.job\nprint({'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_notebooks_that_a_full_disk_stopped_are_completed_by_the_next_call(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    written = []

    def full(path: Path, content: bytes, **how: bool) -> None:
        if len(written) == 3:
            raise PlanError.of(str(path), "It could not be written: No space left on device.")
        write_whole(path, content, **how)
        written.append(path)

    with monkeypatch.context() as disk:
        disk.setattr("helpers.reports.base.bookfiles.write_whole", full)
        code, _, problems, _ = plan(monkeypatch, root, "notebooks", "noegletal-2026")
    assert code == 1 and "No space" in problems[0]
    assert plan(monkeypatch, root, "notebooks", "noegletal-2026")[0] == 0
    assert all(json.loads(path.read_bytes()) for path in written if path.suffix == ".ipynb")
    code, said, *_ = plan(monkeypatch, root, "notebooks", "noegletal-2026")
    assert code == 0 and "wrote" not in said
