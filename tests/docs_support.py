"""Commands as the documentation writes them, held to what is there."""

from __future__ import annotations

import re
import shlex

import typer

from helpers import cli
from report_support import CHECKOUT

CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def code_of(markdown: str) -> str:
    """All code of a page, a line each."""
    return "\n".join(block or inline for block, inline in CODE.findall(markdown))


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:  # an apostrophe in a sentence
        return command.split()


def _unknown_of_plan(words: list[str]) -> str:
    """Why this is no command of `plan`; empty when it is one."""
    command = typer.main.get_command(cli.app)
    words = list(words)
    while hasattr(command, "commands") and words and re.fullmatch(r"[a-z-]+", words[0]):
        if words[0].startswith("-"):
            break
        verb = words.pop(0)
        if verb not in command.commands:
            return f"there is no verb {verb}"
        command = command.commands[verb]
    known = {"--help", "-h"} | {name for item in command.params for name in item.opts}
    wrong = [word for word in words if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known]
    return f"{command.name} has no {wrong[0]}" if wrong else ""


def unknown_words(text: str) -> list[str]:
    """The commands in `text` (a line each, code only) that `plan` and `make` do not know."""
    wrong = []
    for line in text.splitlines():
        for command in re.split(r"\|\||&&|[;|]", line):
            words = _words(command.strip().removeprefix("$ "))
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if not words:
                continue
            if (
                words[0] in ("plan", ".venv/bin/plan")
                and len(words) > 1
                and (why := _unknown_of_plan(words[1:]))
            ):
                wrong.append(f"{command.strip()}: {why}")
            elif words[0] == "make":
                targets = [word for word in words[1:] if re.fullmatch(r"[a-z-]+", word)]
                wrong += [
                    f"{command.strip()}: there is no target {name}" for name in targets if name not in TARGETS
                ]
    return wrong
