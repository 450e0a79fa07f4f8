"""``plan publish``: where a rendered site goes, and what the terminal says of it."""

from __future__ import annotations

from pathlib import Path

from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.publish import counted, publish_to_branch, publish_to_folder

BRANCH = "branch:"
"""What ``--to`` begins with for a branch; anything else is a folder."""


def publish_site(
    project: Project,
    site: Path,
    to: str,
    *,
    example: bool = False,
    overwrite: bool = False,
    push: str = "",
    message: str = "",
) -> str:
    """Publish, and say in a line what changed.

    Raises
    ------
    PlanError
        When the site is not whole, or the place refuses it.
    """
    branch = to.removeprefix(BRANCH) if to.startswith(BRANCH) else ""
    if not to or to == BRANCH:
        raise PlanError.of("--to", "Say where to: a folder, or branch:NAME.", "--to branch:gh-pages")
    if (push or message) and not branch:
        raise PlanError.of("--push, --message", "A folder is not pushed.", "They go with --to branch:NAME")
    if branch:
        done = publish_to_branch(
            project, site, branch, example=example, overwrite=overwrite, push=push, message=message
        )
    else:
        done = publish_to_folder(project, site, Path(to).expanduser(), example=example, overwrite=overwrite)
    counts = [(done.new, "new"), (done.changed, "changed"), (done.removed, "removed")]
    said = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing has changed"
    pushed = f" and pushed to {push}" if push else ""
    kept = f"; commit {done.commit[:10]}{pushed}" if done.commit else pushed
    return f"{to}: {counted(done.sites, 'site')}, {counted(done.files, 'file')} ({said}){kept}"
