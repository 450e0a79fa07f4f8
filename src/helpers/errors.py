"""What a user did wrong or what the world did not give, said so that it can be mended.

Every error a user can meet is a :class:`PlanError`. It says where (file, line, key, table, area, period),
what, and what to do; the ``plan`` command prints it without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.letters import without_hidden


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    where: str
    """The place: ``catalogue/plans/frederikssund-2023.yml:48: goals.4c.indicator``, or ``y25i09``."""
    what: str
    """What is wrong there, in one or two sentences."""
    do: str = ""
    """What the user can do about it; empty when the sentence already says it."""

    def __post_init__(self) -> None:
        # What was typed, named or answered is quoted here, and goes on to terminals and pages.
        for name in ("where", "what", "do"):
            object.__setattr__(self, name, without_hidden(getattr(self, name)))

    def __str__(self) -> str:
        lines = [self.where, *(f"  {line}" for line in self.what.splitlines())]
        if self.do:
            lines.extend(f"  {line}" for line in self.do.splitlines())
        return "\n".join(line for line in lines if line.strip())


class PlanError(Exception):
    """One or more problems that a user can act on; never a fault of this program."""

    def __init__(self, problems: Problem | Iterable[Problem], verdict: str = "") -> None:
        self.verdict = verdict  # printed last
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, where: str, what: str, do: str = "") -> PlanError:
        """An error with a single problem."""
        return cls(Problem(where, what, do))
