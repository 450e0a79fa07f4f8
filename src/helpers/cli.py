"""The ``plan`` command: one verb for each thing an analyst does. It holds no logic, only words."""

from __future__ import annotations

import atexit
import gc
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from rich.markup import escape
from typer import Argument, Option

from helpers.commands.streams import PlainConsole, accept_any_terminal, for_machines, reader_has_gone
from helpers.data.files import disk_problem
from helpers.errors import PlanError
from helpers.reports import REPORTS, wing_of
from helpers.reports.base.names import EngineName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from helpers.periods import Period
    from helpers.project import Project
    from helpers.reports.base.request import RenderRequest, Selection
    from helpers.reports.base.wing import Wing

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

_PARTLY = 3
"""Exit code of `plan fetch` when some tables came and others did not."""

LOOK, FIGURES_PANEL, MAKE = "Look", "Figures", "Pages"
"""Headings of the list of commands."""

app = typer.Typer(
    name="plan",
    help="Danish employment plans: fetch figures, compute each goal's gap, render a site and a PDF.",
    epilog="For example: `plan status Frederikssund`, `plan render Hedensted`. "
    "`plan render --help` tells all options of a command.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
project_app = typer.Typer(
    help="Investment projects: empty files to type their months into.", no_args_is_help=True
)
app.add_typer(project_app, name="project", rich_help_panel=MAKE)
add_app = typer.Typer(help="Add a goal to a plan, or an indicator to the catalogue.", no_args_is_help=True)
app.add_typer(add_app, name="add", rich_help_panel=MAKE)

out = PlainConsole(highlight=False)
err = PlainConsole(stderr=True, highlight=False)


OutputFormat = Literal["table", "csv", "json"]


def _known_report(key: str) -> str:
    if key not in REPORTS:
        raise typer.BadParameter(f"'{key}' is not one of {', '.join(map(repr, REPORTS))}.")
    return key


MunicipalityName = Annotated[
    str,
    Argument(
        metavar="KOMMUNE", help="A municipality by name, code or slug: Frederikssund, 250, frederikssund."
    ),
]
PlanKey = Annotated[
    str,
    Option(
        "--plan",
        "-p",
        help="Key of the plan, one of `plan list plans` (default: the municipality's newest, else the one for all); "
        "for investeringer the key of a set, see `plan list projects`.",
    ),
]
PeriodText = Annotated[
    str,
    Option("--period", help="Newest period to show, as 2023M11 or 2023Q02; default: the newest there is."),
]
SnapshotDay = Annotated[
    str, Option("--snapshot", metavar="DATE", help="Use the figures as they stood on that day: 2026-08-22.")
]
TableFormat = Annotated[
    OutputFormat, Option("--format", "-f", help="table for people, csv or json for machines.")
]
ReportKey = Annotated[
    str,
    Option(
        "--report", "-r", metavar="[" + "|".join(REPORTS) + "]", help="Which report.", callback=_known_report
    ),
]
Municipalities = Annotated[
    list[str] | None, Argument(metavar="[KOMMUNE]...", help="One or more municipalities (or job centres).")
]
RegionOption = Annotated[str, Option("--region", help="Only those of a region: Hovedstaden.")]
Example = Annotated[
    bool, Option("--example", help="Show example data (made up), and say so in titles and file names.")
]
SiteFolder = Annotated[Path, Option("--output", "-o", help="Folder of the site.")]
Exports = Annotated[Path, Option("--output", "-o", help="Folder that the files are written to.")]


def _project() -> Project:
    from helpers.project import find_project

    return find_project()


def _selection(
    plan: str,
    period: str = "",
    snapshot: str = "",
    *,
    kommune: str = "",
    everyone: bool = False,
    form: OutputFormat = "table",
) -> Selection:
    """What is asked for; without a plan the one of the municipality, of everyone, or the project's own."""
    from helpers.catalogue import load_catalogue
    from helpers.reports.base.request import Selection, chosen_plan

    project = _project()
    catalogue = load_catalogue(project)
    if not plan:
        plan, said = chosen_plan(project, catalogue, kommune, everyone=everyone)
        if form == "table":
            err.print(escape(said), soft_wrap=True)
    return Selection(project, catalogue, plan, _period(period), _day(snapshot))


def _request(
    verb: str,
    *,
    municipalities: list[str] | None,
    period: str,
    snapshot: str,
    to: str,
    edition: str = "",
    **more: Any,
) -> RenderRequest:
    """What was typed for reports of municipalities: every option, by its name (:class:`RenderRequest` has the same)."""
    from helpers.reports.base.request import RenderRequest

    return RenderRequest(
        project=_project(),
        verb=verb,
        municipalities=tuple(municipalities or ()),
        bound=_period(period),
        snapshot=_day(snapshot),
        to=tuple(dict.fromkeys(part.strip().lower() for part in to.split(",") if part.strip())),
        edition=edition.strip().lower(),
        say=lambda words: err.print(escape(words), soft_wrap=True),
        **more,
    )


def _wing(selection: Selection) -> Wing:
    return wing_of(selection.project, selection.plan)


def _print(parts: Iterator[RenderableType], form: OutputFormat) -> None:
    for part in list(parts):
        if form == "table":
            out.print(part)
        else:
            typer.echo(for_machines(str(part)), nl=False)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _period(text: str) -> Period | None:
    from helpers.periods import Period

    if not text:
        return None
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PlanError.of("--period", str(error) + ".") from None


def _day(text: str, where: str = "--snapshot") -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PlanError.of(where, f'"{text}" is no date; write it as 2026-08-22.') from None


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"plan {version('beskaeftigelsesplan')}")
        raise typer.Exit()


@app.callback()
def plan_command(
    version: Annotated[
        bool, Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What holds for every command; the text of `plan --help` is the app's own."""


# ---------------------------------------------------------------------------------------------- looking


@app.command(rich_help_panel=LOOK)
def status(
    municipality: MunicipalityName,
    plan: PlanKey = "",
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    output_format: TableFormat = "table",
    verbose: Annotated[
        bool,
        Option("--verbose", "-v", help="Also what an analyst can mend: unsure sources, files to type in."),
    ] = False,
) -> None:
    """Show how each goal of a plan stands: the country, the municipality and the gap; or how another report stands."""
    from helpers.commands.typed import refuse_typed

    chosen = _selection(plan, period, snapshot, kommune=municipality, form=output_format)
    refuse_typed(chosen.project, chosen.catalogue)
    screen = _wing(chosen).status(chosen, municipality, output_format, out.width, verbose=verbose)
    _print(screen, output_format)


@app.command("list", rich_help_panel=LOOK)
def list_(
    what: Annotated[
        str,
        Argument(
            metavar="WHAT", help="plans, indicators, surveys, goals, municipalities, projects or reports."
        ),
    ],
    plan: PlanKey = "",
) -> None:
    """List what the catalogue holds, one line each."""
    from helpers.commands.listing import listing

    project = _project()
    from helpers.catalogue import load_catalogue

    _say(listing(project, load_catalogue(project), what, plan))


@app.command(rich_help_panel=LOOK)
def check() -> None:
    """Check the whole catalogue and the typed-in files; every mistake with its file, line and key."""
    from helpers.commands.checks import check_everything

    problems, lines = check_everything(_project())
    _say(lines)
    if problems:
        raise PlanError(problems, f"{len(problems)} to mend.")
    asked = sum("\n" in line for line in lines)
    typer.echo("All is in order." if not asked else f"Nothing is wrong; {asked} above to think about.")


# ---------------------------------------------------------------------------------------------- fetching


@app.command(rich_help_panel=FIGURES_PANEL)
def fetch(
    plan: Annotated[
        str, Option("--plan", "-p", help="Only the tables of this plan; default: of every indicator.")
    ] = "",
    table: Annotated[
        list[str] | None, Option("--table", "-t", help="Only this table (may be repeated).")
    ] = None,
    source: Annotated[
        list[str] | None,
        Option(
            "--source", help="Only tables of statbank or of jobindsats; default: of all that can be asked."
        ),
    ] = None,
    force: Annotated[
        bool, Option("--force", help="Fetch also what has not moved since the last time.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        Option("--accept", help="Put this table in force though much of it is gone or moved."),
    ] = None,
) -> None:
    """Fetch figures into data/raw: from StatBank without a key, from Jobindsats with one (in .env)."""
    from helpers.commands.fetching import fetch_with_progress, report_table

    report = fetch_with_progress(
        _project(),
        err,
        plan=plan,
        tables=tuple(table or ()),
        force=force,
        accept=tuple(accept or ()),
        sources=tuple(source or ()),
    )
    out.print(report_table(report))
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not report.ok:
        raise typer.Exit(_PARTLY if report.came else 1)


@app.command(rich_help_panel=FIGURES_PANEL)
def find(
    words: Annotated[
        list[str],
        Argument(metavar="WORDS...", help="Words that must all occur, in any case: samtaler fokusmål."),
    ],
    save: Annotated[
        bool, Option("--save", help="Keep the metadata seen under data/raw/jobindsats/_metadata.")
    ] = False,
) -> None:
    """Search Jobindsats' list of tables by words; shows ids, measures, dimensions and periods."""
    from helpers.commands.fetching import found_tables

    out.print(found_tables(_project(), err, words, save=save))


@app.command(rich_help_panel=FIGURES_PANEL)
def process(plan: PlanKey = "", snapshot: SnapshotDay = "") -> None:
    """Rebuild the tidy table in data/processed from data/raw."""
    from helpers.data.basis import choose_basis
    from helpers.data.processed import load_observations

    chosen = _selection(plan, snapshot=snapshot)
    project, catalogue = chosen.project, chosen.catalogue
    basis = choose_basis(project, catalogue, catalogue.plan(chosen.plan), snapshot=chosen.snapshot)
    frame = load_observations(project, catalogue, basis)
    count = frame["indicator"].nunique()
    typer.echo(f"data/processed/{basis.name}: {len(frame):,} observations of {count} indicators")


@app.command(rich_help_panel=FIGURES_PANEL)
def compare(
    old: Annotated[
        str, Argument(metavar="[OLD]", help="Earlier day, as 2026-08-19; default: the last snapshot but one.")
    ] = "",
    new: Annotated[
        str, Argument(metavar="[NEW]", help="Later day, as 2026-08-22; default: the newest snapshot.")
    ] = "",
    plan: PlanKey = "",
    municipality: Annotated[
        str, Option("--kommune", "-k", help="Only this municipality; default: all.")
    ] = "",
    output_format: TableFormat = "table",
) -> None:
    """Show which figures changed between two snapshots, and whether a verdict changes with them."""
    chosen = _selection(plan, kommune=municipality, everyone=True, form=output_format)
    days = _day(old, "OLD"), _day(new, "NEW")
    _print(_wing(chosen).revisions(chosen, municipality, *days, output_format), output_format)


@app.command("compare-areas", rich_help_panel=MAKE)
def compare_areas(
    goal: Annotated[str, Argument(metavar="GOAL", help="Number of a goal: 1a.")],
    municipalities: Annotated[
        list[str],
        Argument(metavar="KOMMUNE...", help="The municipality it is about, and one to four others."),
    ],
    plan: PlanKey = "",
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    output: SiteFolder = Path("_site"),
) -> None:
    """Write a page that shows chosen municipalities side by side on one goal: a figure, a table and a CSV file."""
    from helpers.commands.typed import refuse_typed
    from helpers.render.areas import write_areas

    chosen = _selection(plan, period, snapshot, kommune=municipalities[0])
    areas = [chosen.catalogue.municipality(name) for name in municipalities]
    refuse_typed(chosen.project, chosen.catalogue, areas)
    page = _wing(chosen).side_by_side(chosen, goal, [area.name for area in areas])
    typer.echo(f"wrote {write_areas(chosen.project, output, page)}")


@app.command(rich_help_panel=FIGURES_PANEL)
def backtest(
    plan: PlanKey = "",
    ahead: Annotated[
        int,
        Option(
            "--ahead",
            "-a",
            min=0,
            max=60,
            help="Periods ahead (months or quarters of the series); default: a year.",
        ),
    ] = 0,
    snapshot: SnapshotDay = "",
    output_format: TableFormat = "table",
) -> None:
    """Show how often a forecast that stands still would have been right, for each of the plan's series."""
    chosen = _selection(plan, snapshot=snapshot, form=output_format)
    _print(_wing(chosen).backtest(chosen, ahead, output_format), output_format)


# ---------------------------------------------------------------------------------------------- making


@app.command(rich_help_panel=MAKE)
def render(
    municipalities: Municipalities = None,
    plan: PlanKey = "",
    report: ReportKey = REPORTS[0],
    edition: Annotated[
        str, Option("--edition", help="kort: a plan on four pages, beside the whole one; default: the whole.")
    ] = "",
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    to: Annotated[str, Option("--to", help="html, pdf and docx (Word), one or several.")] = "html,pdf",
    engine: Annotated[
        EngineName,
        Option("--engine", help="auto takes Quarto when it is on PATH, for a region or all the built-in."),
    ] = "auto",
    output: SiteFolder = Path("_site"),
    everyone: Annotated[bool, Option("--all", help="All 98 municipalities.")] = False,
    region: RegionOption = "",
    jobs: Annotated[int, Option("--jobs", "-j", min=0, help="Processes at once; 0: one per core.")] = 0,
    force: Annotated[bool, Option("--force", help="Render also what is unchanged.")] = False,
    example: Example = False,
    scheduler: Annotated[
        str, Option("--scheduler", help="Hand the jobs to a Dask cluster: tcp://host:8786 (extra: dask).")
    ] = "",
    base_url: Annotated[
        str,
        Option("--base-url", help="Where the site will be read, for sitemap.xml: https://example.org/plan/"),
    ] = "",
    for_publication: Annotated[
        bool,
        Option(
            "--for-publication",
            help="For readers: refuse example data (as --all and --base-url do) and a site.yml without an accessibility "
            "statement, unless --example is said; name what is provisional, unconfirmed or missing.",
        ),
    ] = False,
) -> None:
    """Render a report as a static site, a PDF and a Word document, for one municipality, several or all."""
    request = _request("render", **locals())
    from helpers.commands.lastrun import LastRun, tell

    last = LastRun(request)
    if not force and (said := last.told()):
        tell(said, out, err)
        return
    from helpers.commands.rendering import render_reports

    if render_reports(request, out, err, last):
        raise typer.Exit(1)


@app.command(
    rich_help_panel=MAKE,
    epilog="For example: `plan export Frederikssund` · `plan export --all --plan noegletal-2026`. More in docs/export.md.",
)
def export(
    municipalities: Municipalities = None,
    plan: PlanKey = "",
    report: ReportKey = REPORTS[0],
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    to: Annotated[
        str,
        Option(
            "--to", help="xlsx: a workbook with all numbers; zip: a site that works in any folder; or both."
        ),
    ] = "xlsx",
    output: Exports = Path("_export"),
    everyone: Annotated[
        bool, Option("--all", help="All municipalities in one workbook, a row each per goal.")
    ] = False,
    region: RegionOption = "",
    example: Example = False,
) -> None:
    """Write a report's numbers as an Excel workbook, or pack its site for a folder of a web server."""
    request = _request("export", **locals())
    from helpers.commands.exporting import export as write

    _say(f"wrote {path}" for path in write(request, err))


@app.command(
    rich_help_panel=MAKE,
    epilog="For example: `plan figure Frederikssund 1a` · `plan figure Frederikssund --to png --width 25cm`. "
    "More in docs/export.md.",
)
def figure(
    municipality: MunicipalityName,
    figures: Annotated[
        list[str] | None,
        Argument(
            metavar="[FIGURE]...",
            help="Goals (1a), numbers of the Jobcenteroverblik (5) or projects; default: all, in a zip file.",
        ),
    ] = None,
    plan: PlanKey = "",
    report: ReportKey = REPORTS[0],
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    to: Annotated[str, Option("--to", help="png, svg, pdf, or several: png,pdf.")] = "png",
    width: Annotated[str, Option("--width", help="Of the picture: 16cm, 160mm, 6.3in.")] = "16cm",
    dpi: Annotated[int, Option("--dpi", min=50, max=1200, help="Dots an inch, of a PNG.")] = 200,
    output: Exports = Path("_export"),
    example: Example = False,
) -> None:
    """Write figures as pictures for slides and papers, each with its title and source inside."""
    from helpers.commands.exporting import export_figures, width_of

    request = _request(
        "figure", report=report, municipalities=[municipality], plan=plan, period=period, snapshot=snapshot, to=to,
        output=output, example=example,
    )  # fmt: skip
    made = export_figures(request, figures or (), width=width_of(width), dots=dpi, err=err)
    _say(f"wrote {path}" for path in made)


@app.command(
    rich_help_panel=MAKE,
    epilog="For example: `plan brief Frederikssund` · `plan brief Hedensted --report investeringer --to md`. "
    "More in docs/export.md.",
)
def brief(
    municipalities: Municipalities = None,
    plan: PlanKey = "",
    report: ReportKey = REPORTS[0],
    period: PeriodText = "",
    snapshot: SnapshotDay = "",
    to: Annotated[
        str,
        Option("--to", help="docx: Word; html: one file; md: plain text to paste; one or several: docx,md."),
    ] = "docx",
    output: Exports = Path("_export"),
    everyone: Annotated[bool, Option("--all", help="One for each municipality.")] = False,
    region: RegionOption = "",
    example: Example = False,
) -> None:
    """Write an agenda item of one to two pages: what is known is filled in, the rest is marked as blanks."""
    request = _request("brief", **locals())
    from helpers.commands.exporting import write_briefs

    _say(f"wrote {path}" for path in write_briefs(request, err))


@app.command(
    rich_help_panel=MAKE,
    epilog="For example: `plan publish --to /srv/www/plan` · `plan publish --to branch:gh-pages --push` · "
    "`plan publish --to //server/web/plan --overwrite`. More in docs/publishing.md.",
)
def publish(
    site: Annotated[Path, Argument(metavar="SITE", help="Folder of the rendered site.")] = Path("_site"),
    to: Annotated[
        str,
        Option(
            "--to",
            metavar="FOLDER|branch:NAME",
            help="A folder, or a branch of this repository.",
            show_default=False,
        ),
    ] = "",
    example: Annotated[bool, Option("--example", help="Publish pages with example data too.")] = False,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files in the way that plan publish did not put there.")
    ] = False,
    push: Annotated[bool, Option("--push", help="Push the branch as well.")] = False,
    remote: Annotated[str, Option("--remote", help="Where the branch is pushed to.")] = "origin",
    message: Annotated[str, Option("--message", "-m", help="Of the commit.")] = "",
) -> None:
    """Check a rendered site whole, and put it into a folder or a git branch; nothing else there is touched."""
    from helpers.commands.publishing import publish_site

    typer.echo(
        publish_site(
            _project(),
            site,
            to,
            example=example,
            overwrite=overwrite,
            push=remote if push else "",
            message=message,
        )
    )


@app.command(rich_help_panel=MAKE)
def clean() -> None:
    """Take outputs, other runs' cells and leftovers out of the notebooks' folders; your own text stays."""
    from helpers.render.clean import clean_sources

    said, problems = clean_sources(_project())
    _say(said or ["nothing to take out"])
    if problems:
        raise PlanError(problems)


@app.command(rich_help_panel=MAKE)
def notebooks(
    plan: Annotated[
        str,
        Argument(
            metavar="[PLAN]",
            help="Key of a plan, of a set of projects, or jobcenteroverblik; default: all that have notebooks.",
        ),
    ] = "",
) -> None:
    """Write a plan's notebooks, or bring them up to date with the catalogue; cells of your own stay."""
    from helpers.catalogue import load_catalogue
    from helpers.commands.notebooks import update_notebooks

    project = _project()
    _say(update_notebooks(project, load_catalogue(project), plan))


@app.command(rich_help_panel=MAKE)
def new(
    municipality: MunicipalityName,
    year: Annotated[int, Option("--year", min=1990, max=2100, help="The plan's year.")],
    start: Annotated[
        str,
        Option(
            "--from",
            help="Key of the plan whose goals it begins with; default: your newest, else the one for anybody.",
        ),
    ] = "",
) -> None:
    """Write a municipality's own plan, ready to render: goals, texts, brand, files to type into, notebooks."""
    from helpers.commands.making import new_plan

    _say(new_plan(_project(), municipality, year, start=start))


@add_app.command("goal")
def add_goal(
    plan: Annotated[str, Argument(metavar="PLAN", help="Key of the plan, one of `plan list plans`.")],
    area: Annotated[int, Argument(metavar="FOCUS_AREA", help="Number of the focus area.")],
    indicator: Annotated[
        str, Argument(metavar="[INDICATOR]", help="Key of an indicator or survey; none for a milestone.")
    ] = "",
    target: Annotated[
        str, Option("--target", help='As in the file: "at_least: 85"; default: the whole country.')
    ] = "",
    title: Annotated[str, Option("--title", help="The heading; default: the indicator's.")] = "",
    text: Annotated[str, Option("--text", help="The wording as decided; default: a draft.")] = "",
) -> None:
    """Add a goal to a focus area of a plan; says in which line it stands."""
    from helpers.commands.making import add_goal

    _say(add_goal(_project(), plan, area, indicator, target=target, title=title, text=text))


@add_app.command("indicator")
def add_indicator(
    table: Annotated[str, Argument(metavar="TABLE", help="Id of a table, as `plan find` prints it.")],
    measure: Annotated[
        str, Option("--measure", help="Id or label; may be left out where the table has one.")
    ] = "",
    where: Annotated[
        list[str] | None,
        Option("--where", help='A member: "_viskat_1int=Jobparat" (may be repeated); else totals.'),
    ] = None,
    better: Annotated[str, Option("--better", help="Which way is better: higher or lower.")] = "",
    key: Annotated[str, Option("--key", help="Its key; default: made of the title.")] = "",
    title: Annotated[str, Option("--title", help="Its title; default: table and measure.")] = "",
) -> None:
    """Add an indicator for a table of Jobindsats, filled in from the table's metadata."""
    from helpers.commands.indicators import add_indicator

    found = add_indicator(
        _project(), table, measure, where=tuple(where or ()), better=better, key=key, title=title
    )
    _say(found)


@app.command(rich_help_panel=FIGURES_PANEL)
def template(
    municipality: MunicipalityName,
    indicator: Annotated[
        str,
        Argument(
            metavar="INDICATOR|PLAN|texts",
            help="Key of an indicator or survey; of a plan, for its milestones; or texts: one file for each goal that is not met, to explain it.",
        ),
    ],
    plan: PlanKey = "",
) -> None:
    """Write an empty file for figures that are typed in by hand, or for the texts of a follow-up."""
    from helpers.catalogue import load_catalogue
    from helpers.sources.manual import write_template

    if indicator == "texts":
        chosen = _selection(plan, kommune=municipality)
        _say(_wing(chosen).write_texts(chosen, municipality))
        return
    project = _project()
    catalogue = load_catalogue(project)
    area = catalogue.municipality(municipality)
    path = write_template(project, catalogue, area, indicator)
    typer.echo(f"wrote {project.relative(path)}; fill it in, save it as CSV, and run plan check")


@project_app.command("template")
def project_template(
    key: Annotated[str, Argument(metavar="PROJECT", help="Key of a project: flere-i-job.")],
    plan: Annotated[str, Option("--plan", "-p", help="Key of the set, when two have such a project.")] = "",
    month: Annotated[str, Option("--month", help="The month, as 2024M02; default: the next one.")] = "",
) -> None:
    """Write an empty file with the rows of a project to fill in for a month."""
    from helpers.commands.writing import write_month

    project = _project()
    path = write_month(project, key, plan=plan, month=month)
    typer.echo(f"wrote {project.relative(path)}; fill it in, save it as CSV, and render the report again")


def _stop(error: PlanError) -> NoReturn:
    count = len(error.problems)
    for problem in error.problems:
        err.print(f"[bold red]✗[/] {escape(str(problem))}", soft_wrap=True)
    if error.verdict or count > 1:
        err.print(error.verdict or f"{count} problems.")
    raise SystemExit(1)


def main() -> None:
    """Run the command; a user's mistake ends in one clear message and exit code 1.

    Exit codes: 0 done; 1 something is wrong and told; 2 the command line is not understood; 3 some tables came and
    others did not; 130 Ctrl-C.
    """
    accept_any_terminal()
    # Modules and figures stay to the end; looking for garbage among them took a fifth of a short command.
    gc.set_threshold(100_000, 50, 50)
    atexit.register(gc.freeze)
    try:
        app()
    except PlanError as error:
        _stop(error)
    except OSError as error:
        told = disk_problem(error)
        if told is None:
            raise
        _stop(told)
    except SystemExit as stop:
        _leave(stop)


def _leave(stop: SystemExit) -> NoReturn:
    """End with the code the command chose; a pipe that was closed while it wrote is no mistake."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        reader_has_gone()
    if isinstance(stop.__context__, BrokenPipeError):
        reader_has_gone()
        raise SystemExit(0) from None
    if stop.code == INTERRUPTED:
        err.print("Stopped. What was there before is still in place.")
    raise stop
