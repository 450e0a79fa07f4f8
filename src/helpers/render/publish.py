"""Bring a rendered site to where readers find it: a folder, or a branch of a git repository.

The site is checked whole before anything is written. What is there and is not ours is never touched: a list of what
was put there (``.plan-publish.json``) lies beside it, and only what it names is replaced or removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from helpers.data.files import write_whole, writing
from helpers.errors import PlanError, Problem
from helpers.project import Project, holds_project
from helpers.render.assets import ASSETS_FOLDER
from helpers.render.builtin.pages import STATEMENTS
from helpers.render.frame import HUB
from helpers.render.hub import (
    AREAS,
    AREAS_RECORD,
    COMPARISONS,
    RECORD,
    Record,
    read_goals,
    read_record,
    read_sites,
)
from helpers.render.links import read_links, site_files
from helpers.render.moved import read_moved
from helpers.render.workspace import building, clean_stale, exchange

MANIFEST = ".plan-publish.json"
"""What was published, with the hash of each file; lies at the top of where it was published."""

NO_JEKYLL = ".nojekyll"
"""Keeps GitHub Pages from leaving out files; put into a branch."""

_GIT_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""Set where a hook of another repository runs us."""


@dataclass(frozen=True)
class Published:
    """What publishing changed."""

    # How many sites and files the whole has.
    sites: int
    files: int
    # How many of the files differ from what was there.
    new: int
    changed: int
    removed: int
    commit: str = ""
    """Of the branch; empty for a folder, and when nothing differed."""


def check_site(output: Path, *, example: bool = False) -> tuple[Record, ...]:
    """Hold a rendered site to what a reader needs; returns the records of the sites in it.

    Raises
    ------
    PlanError
        When there is no site, a render is under way, a file is missing that a record or a page names, a page
        belongs to no site, or pages show example data that were not asked for.
    """
    again = "Render again: plan render …"
    if not (output / HUB).is_file():
        raise PlanError.of(str(output), f"There is no rendered site here (no {HUB}).", again)
    if not clean_stale(output):
        raise PlanError.of(str(output), "A render is under way here.", "Publish when it is done.")
    problems: list[Problem] = []
    records = []
    for path in sorted(output.glob(f"[!.]*/**/{RECORD}")):
        folder = path.parent
        where = folder.relative_to(output).as_posix()
        record = read_record(folder)
        if record is None or record.slug != where:
            problems.append(
                Problem(f"{where}/{RECORD}", "This file does not tell of the pages beside it.", again)
            )
            continue
        records.append(record)
        named = [folder / name for name in (*record.pages, *filter(None, [record.pdf, record.docx]))]
        named += [output / ASSETS_FOLDER / name for name in record.assets]
        problems += [
            Problem(where, f"{file.relative_to(output).as_posix()} is missing or empty.", again)
            for file in named
            if not file.is_file() or not file.stat().st_size
        ]
    if not records and not problems:
        raise PlanError.of(str(output), "There is no rendered site here (no render.json below it).", again)
    moved = read_moved(output)
    known = {*(record.slug for record in records), COMPARISONS, AREAS, STATEMENTS}
    for page in sorted(site_files(output)):
        above = {parent.as_posix() for parent in PurePosixPath(page).parents}
        if page.endswith(".html") and page != HUB and page not in moved and known.isdisjoint(above):
            problems.append(
                Problem(page, "No render made this page.", "Delete it, or what is left of its site.")
            )
    problems += read_links(output).missing
    if not example:
        shown = [record.slug for record in records if record.example]
        shown += [f"{COMPARISONS}/{goals.plan}" for goals in read_goals(output) if goals.example]
        shown += [
            path.parent.relative_to(output).as_posix()
            for path in sorted((output / AREAS).glob(f"*/{AREAS_RECORD}"))
            if json.loads(path.read_text(encoding="utf-8"))["example"]
        ]
        if shown:
            problems.append(
                Problem(
                    str(output),
                    f"It shows example data: {_few(shown)}.",
                    "Fetch figures and render again, or say --example to publish made-up figures.",
                )
            )
    if problems:
        raise PlanError(problems)
    read_sites(output)  # tells of a site.json that cannot be read
    return tuple(records)


def counted(count: int, word: str) -> str:
    """``1 site``, ``2 sites``."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read_manifest(target: Path) -> dict[str, list[str]]:
    """What was published here before: path → hashes that the file may have."""
    file = target / MANIFEST
    try:
        files = json.loads(file.read_text(encoding="utf-8"))["files"]
        return {str(name): [str(item) for item in hashes] for name, hashes in files.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise PlanError.of(
            str(file), "This file cannot be read.", "Delete it, and publish once with --overwrite."
        ) from None


def _write_manifest(target: Path, files: Mapping[str, list[str]]) -> None:
    text = json.dumps({"files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1)
    write_whole(target / MANIFEST, f"{text}\n".encode(), replace=True)


def publish_to_folder(
    project: Project, output: Path, target: Path, *, example: bool = False, overwrite: bool = False
) -> Published:
    """Check the site in `output`, and put it into `target`; what is there and is not ours stays as it is.

    Everything is copied beside first. Then shared files take their place, each site as a whole, the first page
    last, and what the site no longer has goes. A run that is stopped is taken up by the next.

    Parameters
    ----------
    overwrite
        Replace files in the way that `plan publish` did not put there, or that were changed since.

    Raises
    ------
    PlanError
        See :func:`check_site`; when the target is no place for a site, holds other files by the same names, or
        cannot be written.
    """
    output, target = output.resolve(), target.resolve()
    _check_target(project, output, target)
    sites = check_site(output, example=example)
    return _place(output, target, sites=len(sites), overwrite=overwrite)


def _check_target(project: Project, output: Path, target: Path) -> None:
    why = ""
    if target.is_relative_to(output) or output.is_relative_to(target):
        why = f"The site itself lies in {output}."
    elif project.root.is_relative_to(target) or holds_project(target):
        why = "A project's own files lie there."
    elif target.exists() and not target.is_dir():
        why = "This is a file."
    if why:
        raise PlanError.of(f"--to {target}", why, "Name a folder that is for the published site.")


def _place(
    output: Path, target: Path, *, sites: int, overwrite: bool, extra: tuple[str, ...] = ()
) -> Published:
    clean_stale(target)
    old = _read_manifest(target)
    new = {name: _hash(output / name) for name in site_files(output)}
    there = {name: _hash(target / name) for name in {*new, *old} if (target / name).is_file()}
    if not overwrite:
        foreign = [
            name for name, has in there.items() if has != new.get(name) and has not in old.get(name, [])
        ]
        foreign += [name for name in new if (target / name).is_dir()]
        if foreign:
            problems = [
                Problem(
                    str(target / name),
                    "This was changed since it was published."
                    if name in old
                    else "This is not of plan publish.",
                )
                for name in sorted(foreign)[:10]
            ]
            problems.append(
                Problem(
                    str(target), f"{len(foreign)} files are in the way.", "Move them, or say --overwrite."
                )
            )
            raise PlanError(problems)
    gone = [name for name in there if name not in new]
    changed = [name for name, has in new.items() if name in there and there[name] != has]
    result = Published(sites, len(new), len(new.keys() - there.keys()), len(changed), len(gone))
    with writing(target):
        target.mkdir(parents=True, exist_ok=True)
        if not clean_stale(target):
            raise PlanError.of(
                str(target), "Something else is being published here.", "Publish when it is done."
            )
        with building(target) as room:
            staged = room / "site"
            for name, has in new.items():
                (staged / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(output / name, staged / name)
                if _hash(staged / name) != has:
                    raise PlanError.of(
                        name, "The site changed while it was copied.", "Publish when it rests."
                    )
            # From here on a stopped run leaves files of both; both are ours.
            _write_manifest(
                target,
                {name: [*old.get(name, []), *([new[name]] if name in new else [])] for name in {*old, *new}},
            )
            ours = {*old, *new}
            top = sorted(
                staged.iterdir(),
                key=lambda item: (item.name != ASSETS_FOLDER, item.is_file(), item.name == HUB),
            )
            for item in top:
                _take_place(item, target, item.name, room, ours, whole=item.name != ASSETS_FOLDER)
            for name in gone:
                _remove(target, name)
            for name in extra:
                (target / name).touch()
            _write_manifest(target, {name: [has] for name, has in new.items()})
    return result


def _take_place(item: Path, target: Path, name: str, room: Path, ours: set[str], *, whole: bool) -> None:
    """Move one staged file or folder to its place; a folder at once where all that is there is ours."""
    place = target / name
    if item.is_file():
        item.replace(place)
    elif not place.exists():
        item.rename(place)
    elif whole and all(
        file.is_dir() or file.relative_to(target).as_posix() in ours for file in place.rglob("*")
    ):
        exchange(item, target, name, room)
    else:
        for part in sorted(item.iterdir()):
            _take_place(part, target, f"{name}/{part.name}", room, ours, whole=whole)


def _remove(target: Path, name: str) -> None:
    """Remove a file, and the folders that it leaves empty."""
    (target / name).unlink(missing_ok=True)
    for folder in PurePosixPath(name).parents:
        try:
            (target / folder).rmdir()
        except OSError:
            return


def publish_to_branch(
    project: Project,
    output: Path,
    branch: str,
    *,
    example: bool = False,
    overwrite: bool = False,
    push: str = "",
    message: str = "",
) -> Published:
    """Check the site in `output`, and commit it to a branch of the repository that the project lies in.

    The branch is made when there is none; neither the working tree nor the index nor any other branch is touched.

    Parameters
    ----------
    push
        Name of the remote that the branch is pushed to; it is then begun from what the remote has.

    Raises
    ------
    PlanError
        See :func:`check_site`; when there is no repository, the branch is checked out somewhere, holds the
        project's sources or other files by the same names, or git or the remote refuses.
    """
    git = _Git(project.root)
    where = f"--to branch:{branch}"
    if git.fails("check-ref-format", "--branch", branch):
        raise PlanError.of(where, f'"{branch}" is no name of a branch.')
    if f"branch refs/heads/{branch}" in git("worktree", "list", "--porcelain").splitlines():
        raise PlanError.of(
            where, "This branch is checked out.", "Name one that only holds the site: branch:gh-pages"
        )
    output = output.resolve()
    sites = check_site(output, example=example)
    local, start = git.commit_of(f"refs/heads/{branch}"), ""
    if push:
        if git.fails("remote", "get-url", push):
            raise PlanError.of(f"--remote {push}", "The repository has no such remote.", "See: git remote -v")
        if git("ls-remote", "--heads", push, branch).strip():
            git("fetch", "--quiet", push, f"+refs/heads/{branch}:refs/remotes/{push}/{branch}")
    remote = git.commit_of(f"refs/remotes/{push or 'origin'}/{branch}")
    start = local or remote
    if local and remote and not git.fails("merge-base", "--is-ancestor", local, remote):
        start = remote
    with tempfile.TemporaryDirectory(prefix="plan-publish-") as temporary:
        tree = Path(temporary) / "tree"
        tree.mkdir()
        git.use(tree, Path(temporary) / "index")
        if start:
            git("read-tree", start)
            git("checkout-index", "--all", "--force")
        if holds_project(tree):
            raise PlanError.of(
                where,
                "This branch holds a project's own files.",
                "Name one that only holds the site: branch:gh-pages",
            )
        done = _place(output, tree, sites=len(sites), overwrite=overwrite, extra=(NO_JEKYLL,))
        git("add", "--all", "--force", ".")
        made = git("write-tree").strip()
        commit = start
        if not start or made != git("rev-parse", f"{start}^{{tree}}").strip():
            text = message or f"Publish {counted(done.sites, 'site')}"
            commit = git("commit-tree", made, *(["-p", start] if start else []), "-m", text).strip()
        if commit != local:
            git("update-ref", f"refs/heads/{branch}", commit, local or "0" * len(commit))
        if push and commit != remote:
            git("push", "--quiet", push, f"refs/heads/{branch}:refs/heads/{branch}")
    return replace(done, commit=commit if commit != start else "")


class _Git:
    """Git in one repository; where it refuses, a :class:`PlanError` says what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if name not in _GIT_PLACES}
        self.environment = {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        if shutil.which("git") is None:
            raise PlanError.of(
                "--to branch", "There is no git on this machine.", "Install it, or publish to a folder."
            )
        if self.fails("rev-parse", "--git-dir"):
            raise PlanError.of(
                str(folder), "The project lies in no git repository.", "Publish to a folder, or: git init"
            )
        self.common = self("rev-parse", "--path-format=absolute", "--git-common-dir").strip()

    def use(self, tree: Path, index: Path) -> None:
        """From now on work on this tree and index, which are nobody else's."""
        self.folder = tree
        self.environment |= {"GIT_DIR": self.common, "GIT_WORK_TREE": str(tree), "GIT_INDEX_FILE": str(index)}

    def _run(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        # Files go in and come out as they are, whatever this machine does to line ends.
        command = ["git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )

    def fails(self, *words: str) -> bool:
        """Whether git says no."""
        return self._run(words).returncode != 0

    def commit_of(self, name: str) -> str:
        """The commit that a name stands for; empty when there is none."""
        return self._run(("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")).stdout.strip()

    def __call__(self, *words: str) -> str:
        done = self._run(words)
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-8:])
            raise PlanError.of(f"git {words[0]}", said or "Git failed and said nothing.")
        return done.stdout
