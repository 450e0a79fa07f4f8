"""One worker: one engine, one warm kernel, each book and brand read once; renders one variant after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpers.catalogue.brand import WORD, Brand, own_brand, read_brand
from helpers.catalogue.imprint import Imprint, read_imprint
from helpers.data.files import disk_problem
from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.assets import Assets, write_assets
from helpers.render.beside import add_search_and_figures
from helpers.render.book import CONFIGURATION, Book, read_book, unsupported_keys
from helpers.render.builtin.engine import render_built_in
from helpers.render.copy import Copy, make_copy, settle_prose
from helpers.render.downloads import add_downloads
from helpers.render.execute import Kernel, run_notebooks
from helpers.render.fingerprint import book_hash, fingerprint
from helpers.render.hold import hold
from helpers.render.hub import Record, read_record
from helpers.render.models import Event, Format, Outcome, Progress, Step, Variant
from helpers.render.quarto import render_quarto
from helpers.render.workspace import put_in_place

BUILT_IN: Final = "built-in"
QUARTO: Final = "quarto"


@dataclass(frozen=True)
class Setting:
    """What is the same for all variants of a run."""

    project: Project
    output: Path
    # ``built-in`` or ``quarto``, and which one.
    engine: str
    version: str
    to: frozenset[Format]
    force: bool = False


class Worker:
    """What renders one variant after the other, until it is closed."""

    def __init__(self, setting: Setting, kernel: Kernel | None = None) -> None:
        self.setting = setting
        self.kernel = kernel or Kernel(setting.project)
        self.project = setting.project
        self.output = setting.output
        self.engine = setting.engine
        self.to = setting.to
        self._books: dict[object, Book] = {}
        self._brands: dict[tuple[Path | None, str], Brand] = {}
        self._imprints: dict[str, Imprint] = {}
        self._assets: dict[tuple[Path, str], Assets] = {}
        self._hashes: dict[tuple[object, str], str] = {}

    def close(self) -> None:
        """End the kernel, if one was needed."""
        self.kernel.stop()

    def book(self, variant: Variant) -> Book:
        """The variant's book, read once and checked against what the engine can do."""
        key = _book_key(variant)
        if key not in self._books:
            where = self.project.relative(variant.book / CONFIGURATION)
            book = read_book(variant.book, where, variant.pages)
            if self.engine == BUILT_IN and (problems := unsupported_keys(variant.book, where)):
                raise PlanError(problems)
            self._books[key] = book
        return self._books[key]

    def steps(self, variant: Variant) -> int:
        """How many parts the work on a variant has: its notebooks, its pages, its PDF and Word document, its place."""
        return len(self.book(variant).chapters) + 2 + len(self.to & {"pdf", "docx"})

    def brand(self, variant: Variant) -> Brand:
        """The brand of the book, with the municipality's own values over it."""
        key = (self.book(variant).brand, variant.area)
        if key not in self._brands:
            self._brands[key] = read_brand(key[0], own_brand(self.project, variant.area))
        return self._brands[key]

    def imprint(self, variant: Variant) -> Imprint:
        """Who publishes the variant's pages: ``site.yml``."""
        if variant.area not in self._imprints:
            self._imprints[variant.area] = read_imprint(self.project, variant.area)
        return self._imprints[variant.area]

    def assets(self, variant: Variant) -> Assets:
        """The shared files of the variant's book and brand, written once."""
        key = (variant.book, self._brand_key(variant))
        if key not in self._assets:
            css = self.book(variant).css
            self._assets[key] = write_assets(self.project, self.output, self.brand(variant), css)
        return self._assets[key]

    def _brand_key(self, variant: Variant) -> str:
        return repr(
            (sorted(self.brand(variant).colours.items()), self.brand(variant).logo, self.brand(variant).font)
        )

    def fingerprint(self, variant: Variant) -> str:
        """See :func:`helpers.render.fingerprint.fingerprint`."""
        key = (_book_key(variant), self._brand_key(variant))
        if key not in self._hashes:
            self._hashes[key] = book_hash(self.book(variant), self.brand(variant), self.project.styles)
        made_of = f"{self._hashes[key]} {self.imprint(variant).model_dump_json()}"
        return fingerprint(variant, made_of, f"{self.engine} {self.setting.version}", self.to)

    def settled(self, variant: Variant) -> Outcome | None:
        """The outcome when the site in place is just the one asked for; none when there is work to do."""
        stamp = "" if self.setting.force else self.fingerprint(variant)
        place = self.output / variant.slug
        record = read_record(place) if stamp else None
        if record is None or record.fingerprint != stamp:
            return None
        return Outcome(variant, "unchanged", place, *record.files(place), record.pages)

    def render(self, variant: Variant, build: Path, on_event: Progress = lambda _: None) -> Outcome:
        """Render one variant to its place; a failure is told in the outcome, and leaves the previous site.

        Parameters
        ----------
        build
            Folder to build in, on the same disk as the output.
        """
        try:
            return self._render(variant, build, on_event)
        except PlanError as error:
            on_event(Event(variant, Step.FAILED, 1, 1))
            return Outcome(variant, "failed", problems=error.problems)
        except OSError as error:
            refused = disk_problem(error, str(self.output / variant.slug))
            if refused is None:
                raise
            on_event(Event(variant, Step.FAILED, 1, 1))
            return Outcome(variant, "failed", problems=refused.problems)

    def _render(self, variant: Variant, build: Path, on_event: Progress) -> Outcome:
        book, brand = self.book(variant), self.brand(variant)
        total = self.steps(variant)
        done = 0

        def tell(step: Step, what: str = "") -> None:
            on_event(Event(variant, step, done, total, what))

        if settled := self.settled(variant):
            on_event(Event(variant, Step.UNCHANGED, total, total))
            return settled

        copy = make_copy(book, brand, variant, build / "copy", self.imprint(variant))

        def notebook(path: str) -> None:
            nonlocal done
            tell(Step.NOTEBOOKS, path)
            done += 1

        warnings = run_notebooks(copy, self.kernel, notebook)
        hold(copy)

        def laid_out(step: Step, what: str) -> None:
            nonlocal done
            tell(step, what)
            done += 1

        site = build / "site"
        assets = self._lay_out(copy, site, laid_out)
        record = self._record(copy, site, assets, self.fingerprint(variant))
        record.write(site)
        put_in_place(site, self.output, variant.slug, build)
        on_event(Event(variant, Step.PLACED, total, total))
        place = self.output / variant.slug
        files = record.files(place)
        return Outcome(variant, "rendered", place, *files, record.pages, (), warnings)

    def _lay_out(self, copy: Copy, site: Path, on_step: Callable[[Step, str], None]) -> Assets:
        # The hub needs the shared files whatever engine makes the books.
        assets = self.assets(copy.variant)
        settle_prose(copy)
        if self.engine == QUARTO:
            render_quarto(copy, site, self.to, on_step)
        else:
            render_built_in(copy, site, assets, self.to, on_step)
        if "html" in self.to:
            add_downloads(copy, site)
            add_search_and_figures(copy, site, self.project, self.output)
        return assets

    def _record(self, copy: Copy, site: Path, assets: Assets, stamp: str) -> Record:
        pdf, word = (
            next((path.name for path in sorted(site.glob(f"*{ending}"))), None) for ending in (".pdf", WORD)
        )
        return Record(
            slug=copy.variant.slug,
            title=copy.title,
            subtitle=copy.subtitle,
            municipality=copy.variant.municipality,
            area=copy.variant.area,
            engine=self.engine,
            dated=copy.variant.dated.isoformat() if copy.variant.dated else "",
            example=copy.is_example,
            pdf=pdf,
            pages=tuple(chapter.href for chapter in copy.book.chapters) if "html" in self.to else (),
            assets=tuple(assets.names()) if self.engine == BUILT_IN else (),
            fingerprint=stamp,
            docx=word,
        )


def _book_key(variant: Variant) -> tuple[object, ...]:
    return variant.book, tuple(variant.pages.items())
