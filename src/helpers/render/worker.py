"""One worker: one engine, one warm kernel, each book and brand read once; renders one variant after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from helpers.catalogue.brand import WORD, Brand, own_brand, read_brand
from helpers.catalogue.imprint import Imprint, read_imprint
from helpers.data.files import disk_problem
from helpers.errors import PlanError
from helpers.project import CONFIGURATION, Project
from helpers.render.assets import Assets, write_assets
from helpers.render.beside import add_search_and_figures
from helpers.render.book import Book, read_book, unsupported_keys
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

Made = TypeVar("Made")

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
        self._kept: dict[tuple[object, ...], Any] = {}

    def close(self) -> None:
        """End the kernel, if one was needed."""
        self.kernel.stop()

    def _once(self, make: Callable[[], Made], *key: object) -> Made:
        """What variants share, made for the first of them."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Made = self._kept[key]
        return found

    def book(self, variant: Variant) -> Book:
        """The variant's book, read once and checked against what the engine can do."""
        return self._once(lambda: self._read_book(variant), Book, *_book_key(variant))

    def _read_book(self, variant: Variant) -> Book:
        where = self.project.relative(variant.book / CONFIGURATION)
        book = read_book(variant.book, where, variant.pages)
        if self.engine == BUILT_IN and (problems := unsupported_keys(variant.book, where)):
            raise PlanError(problems)
        return book

    def steps(self, variant: Variant) -> int:
        """How many parts the work on a variant has: its notebooks, its pages, its PDF and Word document, its place."""
        return len(self.book(variant).chapters) + 2 + len(self.to & {"pdf", "docx"})

    def brand(self, variant: Variant) -> Brand:
        """The brand of the book, with the municipality's own values over it."""
        base, own = self.book(variant).brand, own_brand(self.project, variant.area)
        return self._once(lambda: read_brand(base, own), Brand, base, own)

    def imprint(self, variant: Variant) -> Imprint:
        """Who publishes the variant's pages: ``site.yml``."""
        return self._once(lambda: read_imprint(self.project, variant.area), Imprint, variant.area)

    def assets(self, variant: Variant) -> Assets:
        """The shared files of the variant's book and brand, written once."""
        brand, css = self.brand(variant), self.book(variant).css
        return self._once(
            lambda: write_assets(self.project, self.output, brand, css),
            *(Assets, variant.book, *_brand_key(brand)),
        )

    def fingerprint(self, variant: Variant) -> str:
        """See :func:`helpers.render.fingerprint.fingerprint`."""
        book, brand = self.book(variant), self.brand(variant)
        key = (*_book_key(variant), *_brand_key(brand))
        made = self._once(lambda: book_hash(book, brand, self.project.styles), book_hash, *key)
        made_of = f"{made} {self.imprint(variant).model_dump_json()}"
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
            problems = error.problems
        except OSError as error:
            refused = disk_problem(error, str(self.output / variant.slug))
            if refused is None:
                raise
            problems = refused.problems
        on_event(Event(variant, Step.FAILED, 1, 1))
        return Outcome(variant, "failed", problems=problems)

    def _render(self, variant: Variant, build: Path, on_event: Progress) -> Outcome:
        book, brand = self.book(variant), self.brand(variant)
        total = self.steps(variant)
        done = 0

        def begun(step: Step, what: str) -> None:
            nonlocal done
            on_event(Event(variant, step, done, total, what))
            done += 1

        if settled := self.settled(variant):
            on_event(Event(variant, Step.UNCHANGED, total, total))
            return settled

        copy = make_copy(book, brand, variant, build / "copy", self.imprint(variant))

        warnings = run_notebooks(copy, self.kernel, partial(begun, Step.NOTEBOOKS))
        hold(copy)
        site = build / "site"
        assets = self._lay_out(copy, site, begun)
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


def _brand_key(brand: Brand) -> tuple[object, ...]:
    return tuple(sorted(brand.colours.items())), brand.logo, brand.font
