"""StatBank as a source of ``plan fetch``: what the catalogue's terms ask of a table, looked up in its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any, Final

from helpers.catalogue.models import STATBANK, Limits
from helpers.data.answers import Answer
from helpers.data.cells import COUNTRY_NUMBER
from helpers.data.csv_answers import VALUE_COLUMN
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, shortened
from helpers.errors import PlanError, Problem
from helpers.letters import did_you_mean
from helpers.sources.faults import Fault, SourceError
from helpers.sources.queries import Lacks, Wanted
from helpers.sources.settings import read_statbank_settings
from helpers.sources.source import Prepared, Source
from helpers.sources.statbank import Question, StatbankClient, StatbankTable, Variable
from helpers.sources.transport import Periods

_SPAN: Final = re.compile(r"(\d+)\.\.(\d+)")

Chosen = str | tuple[str, ...]
"""A code, or the codes that a span stands for."""


class Statbank(Source):
    """StatBank while a run goes on."""

    key, client_type, settings = STATBANK, StatbankClient, read_statbank_settings

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.codes = tuple(municipality.code for municipality in self.municipalities)

    def prepare(self, table: str, wanted: Sequence[Wanted], lacking: Lacks, *, fresh: bool) -> Prepared:
        info = self.client.table(table)
        areas = self._areas(info)
        named: dict[str, dict[str, Chosen]] = {}
        sought, limits = [], dict[str | tuple[str, str], Limits]()
        for item in wanted:
            if info.is_provisional and not item.indicator.provisional:
                said = "its own words call this table provisional; write `provisional: true` in the indicator"
                lacking.remarks[Problem(f"{lacking.places.of(item)}: {table}", said)] = None
            with lacking.noted(item):
                found = _members(info, areas, item)
                sought.append(item)
                for name, members in found.items():
                    named.setdefault(name, {}).update(members)
                own = item.indicator.limits_of(item.series)
                for place in _places(info, found):
                    limits[VALUE_COLUMN, place] = own.both(limits.get((VALUE_COLUMN, place)))
        calls = self._questions(info, areas, named, sought) if sought else ()
        periods = list(info.periods)
        oldest = len(periods) - sum(len(call.codes) for call in calls)
        names = [code for code in self.codes if code in areas.codes]
        return Prepared(
            table=info.id.lower(),
            title=info.text or info.id,
            country=COUNTRY_NUMBER,
            names=names,
            asked=len(names),
            limits=limits,
            oldest=periods[min(oldest, len(periods) - 1)],
            promised=periods[-1],
            update_latest=info.update_latest,
            update_next=None,
            breaks={broken.period for item in sought for broken in item.indicator.breaks},
            calls=calls,
            unmoved=lambda before: self._unmoved(info, calls, before),
            lacking=lacking,
        )

    def ask(self, call: Question) -> Answer:
        self.asked = True
        return self.client.data(call)

    def columns(self, call: Question, answer: Answer) -> tuple[AnswerColumn, ...]:
        columns = {column.label: column for column in call.columns}
        return tuple(columns[label] for label in answer.columns)

    def misfit(self, call: Question, answer: Answer, what: str) -> SourceError:
        return SourceError(
            f"{call.info.id.lower()}: the answer does not fit what was asked: it has {what}.",
            fault=Fault.CONTENT,
            asked=f"data: {call.info.id}, {call.periods}",
            do="try again later; statistikbanken.dk shows what the table has now",
        )

    def _areas(self, info: StatbankTable) -> Variable:
        """The variable that is divided by municipality, whatever it is called."""
        codes = set(self.codes)
        best = max(info.variables, key=lambda variable: len(codes & variable.codes.keys()))
        lacking = codes - best.codes.keys()
        if best.is_time or len(lacking) > len(codes) / 2:
            raise SourceError(
                f"{info.id.lower()}: the table is not divided by municipality.",
                fault=Fault.AREAS,
                do="take another table; statistikbanken.dk shows how each is divided",
            )
        return best

    def _questions(
        self,
        info: StatbankTable,
        areas: Variable,
        named: Mapping[str, Mapping[str, Chosen]],
        sought: Sequence[Wanted],
    ) -> tuple[Question, ...]:
        asked: dict[str, Mapping[str, str | Sequence[str]]] = {
            areas.id: {c: areas.codes[c] for c in (COUNTRY_NUMBER, *self.codes) if c in areas.codes}
        }
        columns = [
            AnswerColumn(role="period", id="period", label=info.time.id),
            AnswerColumn(role="area", id="area", label=areas.id),
        ]
        for variable in info.variables:
            if variable.is_time or variable is areas:
                continue
            members, total = named.get(variable.id, {}), variable.total
            everywhere = all(fold(variable.id) in map(fold, item.term.where) for item in sought)
            if not everywhere and total is None:
                if not members and variable.elimination and not self.client.settings.bulk:
                    continue  # left out of the question, so the answer is its total
                raise SourceError(
                    f"{info.id.lower()}: {variable.id} ({variable.text}) has no total that could be told from its "
                    "other values.",
                    fault=Fault.CATALOGUE,
                    do=f"name its value in every term of the catalogue: where: {{{variable.id}: …}}",
                )
            codes = {w: c for w, c in members.items() if isinstance(c, str)}
            values: dict[str, str | Sequence[str]] = {c: variable.codes[c] for c in codes.values()}
            if total is not None and not everywhere:
                values.setdefault(total, variable.codes[total])
            values |= {w: c for w, c in members.items() if not isinstance(c, str)}
            asked[variable.id] = values
            words = {word: "" if code == total else code for word, code in codes.items()}
            columns.append(
                AnswerColumn(
                    role="dimension",
                    id=variable.id,
                    label=variable.id,
                    total=total if total is not None else "",
                    members=tuple(sorted(words.items())),
                )
            )
        columns.append(AnswerColumn(role="measure", id=VALUE_COLUMN, label=VALUE_COLUMN))
        wanted = self.client.settings.periods[info.frequency]
        newest = list(info.periods.items())[-wanted:]
        whole = Question(info, asked, Periods(info.frequency), (), tuple(columns))
        limit = self.client.settings.cell_limit
        at_once = len(newest) if self.client.settings.bulk else max(limit // whole.cells(1), 1)
        return tuple(
            Question(
                info,
                asked,
                Periods(info.frequency, ids=tuple(period.id for period, _ in part)),
                tuple(code for _, code in part),
                tuple(columns),
            )
            for part in (newest[at : at + at_once] for at in range(0, len(newest), at_once))
        )

    def _unmoved(self, info: StatbankTable, calls: Sequence[Question], before: Sidecar) -> bool:
        # The day alone would miss a correction on the day of the release; the query has the moment.
        return (
            bool(info.updated)
            and before.update_latest == info.update_latest
            and list(before.query) == [self.client.query(call) for call in calls]
            and {column for call in calls for column in call.columns} == set(before.columns)
        )


def _members(info: StatbankTable, areas: Variable, item: Wanted) -> dict[str, dict[str, Chosen]]:
    """Variable → the catalogue's word for a value → its code."""
    wanted, table = item.indicator.frequency, item.term.table
    if info.frequency is not wanted:
        raise PlanError.of(
            table,
            f"The table is published by {info.frequency.value}, and the indicator by {wanted.value}.",
            "Correct the indicator's frequency, or take another table.",
        )
    found: dict[str, dict[str, Chosen]] = {}
    variables = {fold(variable.id): variable for variable in info.variables}
    for name, words in item.term.where.items():
        variable = variables.get(fold(name))
        if variable is None or variable.is_time or variable is areas:
            others = [v.id for v in info.variables if not v.is_time and v is not areas]
            raise PlanError.of(
                table,
                f'It has no variable "{name}". {did_you_mean(name, others)}'.strip(),
                f"Its variables are {', '.join(others) or 'none but area and time'}.",
            )
        found[variable.id] = {word: _code(table, variable, word) for word in words}
    return found


def _places(info: StatbankTable, found: Mapping[str, Mapping[str, Chosen]]) -> Iterator[str]:
    """The combinations of values that a term asks for, as :class:`~helpers.sources.checks.Place` spells them."""
    variables = {variable.id: variable for variable in info.variables}
    for combination in product(*(members.items() for members in found.values())):
        yield ";".join(
            f"{name}={fold(code if isinstance(code, str) else word)}"
            for name, (word, code) in sorted(zip(found, combination, strict=True))
            if code != variables[name].total
        )


def _code(table: str, variable: Variable, words: str) -> Chosen:
    for word in words.split("|")[:-1]:
        with suppress(PlanError):
            return _code(table, variable, word)
    word = words.rpartition("|")[2]
    if word in variable.codes:
        return word
    by_text = [code for code, text in variable.codes.items() if fold(text) == fold(word)]
    if len(by_text) == 1:
        return by_text[0]
    values = shortened(f"{value.id} {value.text}".strip() for value in variable.values)
    span = _SPAN.fullmatch(word)
    if span:
        codes = tuple(str(number) for number in range(int(span[1]), int(span[2]) + 1))
        absent = [code for code in codes if code not in variable.codes]
        if codes and not absent:
            return codes
        raise PlanError.of(
            table,
            f"{variable.id} has no value {absent[0] if absent else word} of {word}.",
            f"Its values are {values}.",
        )
    names = [*variable.codes, *variable.codes.values()]
    raise PlanError.of(
        table,
        f'{variable.id} has no value "{word}". {did_you_mean(word, names)}'.strip(),
        f"Its values are {values}.",
    )
