"""Why a source gave no new answer: the kinds of fault, and the one error that carries them."""

from __future__ import annotations

from enum import StrEnum

from helpers.errors import PlanError, Problem


class Fault(StrEnum):
    """Why there is no new answer; what is done about it depends on it."""

    KEY = "key"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    RELOADING = "reloading"
    BUSY = "busy"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    CONTENT = "content"
    VALUES = "values"
    IMPLAUSIBLE = "implausible"
    MOVED = "moved"
    CATALOGUE = "catalogue"
    AREAS = "areas"
    STORE = "store"

    @property
    def ends_the_run(self) -> bool:
        """Whether every other table would meet the same."""
        return self in (Fault.KEY, Fault.UNREACHABLE)


class SourceError(PlanError):
    """What a call came to when it did not come to an answer.

    Attributes
    ----------
    headline
        Table and what came back, in one line.
    asked
        The call in short, never with the key.
    kept
        What stays in force; empty until somebody who knows has filled it in (:meth:`keeping`).
    lies
        Where the answer is kept that was not put in force; empty when there is none.
    fault, cause
        Kind of fault, and the server's own words, where there are any.
    """

    def __init__(
        self,
        headline: str,
        *,
        fault: Fault,
        asked: str = "",
        kept: str = "",
        do: str = "",
        cause: str = "",
    ) -> None:
        self.headline, self.fault, self.asked, self.kept, self.do = headline, fault, asked, kept, do
        self.cause, self.lies = cause, ""
        # Lines under a label are set in, as its first one is.
        lines = [
            f"{label:<7}" + text.replace("\n", "\n" + " " * 7)
            for label, text in (("asked:", asked), ("kept:", kept), ("do:", do))
            if text
        ]
        super().__init__(Problem(headline, "\n".join(lines)))

    def received(self, where: str) -> SourceError:
        """The same error with where the answer lies that was not put in force."""
        self.lies = where
        return self

    def keeping(self, kept: str, led_here: str = "") -> SourceError:
        """The same error with what stays in force, and what in the catalogue led to the call."""
        return SourceError(
            self.headline,
            fault=self.fault,
            asked="\n".join(text for text in (self.asked, led_here) if text),
            kept=kept,
            do=self.do,
            cause=self.cause,
        )
