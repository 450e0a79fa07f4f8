"""`plan publish`: a whole site goes to a folder or a branch, and nothing else there is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest

from helpers.commands.publishing import publish_site
from helpers.errors import PlanError
from helpers.project import Project
from helpers.render import publish, workspace
from helpers.render.publish import MANIFEST, check_site, publish_to_folder
from helpers.render.workspace import building
from hub_support import place_site

PAGE = '<!doctype html><html lang="da"><title>Planer</title><link rel="stylesheet" href="assets/{style}">{links}</html>'


def write_hub(output: Path, *slugs: str, style: str = "site-1.css") -> None:
    links = "".join(f'<a href="{slug}/index.html">{slug}</a>' for slug in slugs)
    (output / "assets").mkdir(exist_ok=True)
    for old in (output / "assets").iterdir():
        old.unlink()
    (output / "assets" / style).write_text("body {}", encoding="utf-8")
    (output / "index.html").write_text(PAGE.format(style=style, links=links), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in a repository of its own, with a rendered site of two municipalities."""
    root = tmp_path / "plan"
    (root / "catalogue").mkdir(parents=True)
    (root / "catalogue" / "indicators.yml").write_text("{}")
    (root / ".gitignore").write_text("_site/\n*.pdf\n")
    for name in ("viborg", "noegletal/viborg"):
        place_site(root / "_site", name, None, pdf="plan.pdf")
    write_hub(root / "_site", "viborg", "noegletal/viborg")
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Begin")
    return Project(root)


@pytest.fixture(autouse=True)
def a_name_for_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "En Analytiker")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "analytiker@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def refused(project: Project, to: str, **options: object) -> str:
    with pytest.raises(PlanError) as error:
        publish_site(project, project.root / "_site", to, **options)  # type: ignore[arg-type]
    return str(error.value)


def test_a_site_is_put_into_a_new_folder_whole(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "www" / "plan"
    said = publish_site(project, project.root / "_site", str(target))
    assert contents(target) == contents(project.root / "_site")
    assert said == f"{target}: 2 sites, 10 files (10 new)"
    assert publish_site(project, project.root / "_site", str(target)).endswith("(nothing has changed)")


def test_what_is_not_ours_stays_and_what_is_old_goes(project: Project, tmp_path: Path) -> None:
    target, output = tmp_path / "www", project.root / "_site"
    publish_site(project, output, str(target))
    (target / "robots.txt").write_text("theirs")
    (target / "viborg" / "theirs.html").write_text("theirs")
    (target / "assets" / "theirs.css").write_text("theirs")
    shutil.rmtree(output / "noegletal")
    place_site(output, "hedensted", None)
    (output / "viborg" / "index.html").write_text("<!doctype html><html lang='da'><title>ny</title></html>")
    write_hub(output, "viborg", "hedensted", style="site-2.css")
    said = publish_site(project, output, str(target))
    theirs = dict.fromkeys(("robots.txt", "viborg/theirs.html", "assets/theirs.css"), b"theirs")
    assert contents(target) == contents(output) | theirs
    assert not (target / "noegletal").exists()
    assert said.endswith("10 files (5 new, 2 changed, 5 removed)")
    assert sorted(json.loads((target / MANIFEST).read_text())["files"]) == sorted(contents(output))


def test_a_file_in_the_way_is_named_and_nothing_is_written(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "www"
    target.mkdir()
    (target / "index.html").write_text("theirs")
    said = refused(project, str(target))
    assert f"{target / 'index.html'}\n  This is not of plan publish." in said
    assert "--overwrite" in said
    assert list(target.iterdir()) == [target / "index.html"]
    publish_site(project, project.root / "_site", str(target), overwrite=True)
    assert contents(target) == contents(project.root / "_site")


def test_a_page_that_somebody_changed_since_is_not_overwritten(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "www"
    publish_site(project, project.root / "_site", str(target))
    (target / "viborg" / "index.html").write_text("a note by the web editor")
    write_hub(project.root / "_site", "viborg", style="site-2.css")
    assert "changed since it was published" in refused(project, str(target))
    assert (target / "viborg" / "index.html").read_text() == "a note by the web editor"


KILLED = 9


def _killed_at(last: int, project: Project, output: Path, target: Path, swap: str) -> int:
    """Exit code of a forked process that publishes and ends itself before its `last` step on the disk."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    steps = count(1)

    def hurt(where: object, name: str) -> None:
        real = getattr(where, name)

        def called(*words: object, **options: object) -> object:
            if next(steps) == last:
                os._exit(KILLED)
            return real(*words, **options)

        setattr(where, name, called)

    for name in ("_take_place", "_remove", "_write_manifest", "exchange"):
        hurt(publish, name)
    if swap == "by two renames":
        workspace._exchange = lambda *_: False  # type: ignore[assignment]
        hurt(Path, "rename")
    try:
        publish_to_folder(project, output, target)
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.skipif(os.name == "nt", reason="forks")
@pytest.mark.parametrize("swap", ["at once", "by two renames"])
def test_a_publish_killed_at_any_step_is_taken_up_by_the_next(
    project: Project, tmp_path: Path, swap: str
) -> None:
    target, output = tmp_path / "www", project.root / "_site"
    publish_site(project, output, str(target))
    (target / "theirs.txt").write_text("theirs")
    before = contents(target)
    (output / "viborg" / "index.html").write_text("<!doctype html><html lang='da'><title>ny</title></html>")
    shutil.rmtree(output / "noegletal")
    write_hub(output, "viborg", style="site-2.css")
    killed = 0
    for last in range(1, 40):
        room = tmp_path / f"killed-{last}"
        shutil.copytree(target, room)
        code = _killed_at(last, project, output, room, swap)
        if code == 0:
            break
        killed += 1
        assert code == KILLED
        after = {
            name: text
            for name, text in contents(room).items()
            if not name.startswith((".building-", ".lock"))
        }
        # Each file is the old or the new one, and every page has its style.
        assert all(text in (before.get(name), contents(output).get(name)) for name, text in after.items())
        assert after["index.html"].split(b"assets/")[1].split(b'"')[0].decode() in {
            path.name for path in (room / "assets").iterdir()
        }
        publish_to_folder(project, output, room)
        assert contents(room) == contents(output) | {"theirs.txt": b"theirs"}
    assert killed >= 8


def test_the_site_s_own_folder_and_the_project_s_are_refused(project: Project, tmp_path: Path) -> None:
    output = project.root / "_site"
    for target in (output, output / "inner", project.root, tmp_path):
        assert "Name a folder that is for the published site" in refused(project, str(target))
    other = tmp_path / "other"
    (other / "catalogue").mkdir(parents=True)
    assert "A project's own files lie there" in refused(project, str(other))
    (tmp_path / "file").touch()
    assert "This is a file" in refused(project, str(tmp_path / "file"))


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        (lambda o: (o / "viborg/notebooks/01-tidlig.html").unlink(), "viborg", "01-tidlig.html is missing"),
        (lambda o: (o / "viborg/plan.pdf").unlink(), "viborg", "plan.pdf is missing"),
        (lambda o: (o / "viborg/plan.pdf").write_bytes(b""), "viborg", "plan.pdf is missing or empty"),
        (lambda o: (o / "viborg/render.json").write_text("{"), "viborg/render.json", "does not tell"),
        (lambda o: (o / "viborg").rename(o / "vejle"), "vejle/render.json", "does not tell"),
        (lambda o: shutil.rmtree(o / "noegletal"), "index.html", "there is no such file"),
        (lambda o: (o / "assets/site-1.css").unlink(), "index.html", "there is no such file"),
        (lambda o: (o / "gammel.html").write_text("<p>x</p>"), "gammel.html", "No render made this page"),
        (lambda o: (o / "index.html").unlink(), "_site", "no index.html"),
    ],
)
def test_a_site_that_is_not_whole_is_refused_and_the_page_named(
    project: Project, tmp_path: Path, damage: object, where: str, what: str
) -> None:
    damage(project.root / "_site")  # type: ignore[operator]
    said = refused(project, str(tmp_path / "www"))
    assert where in said
    assert what in said
    assert not (tmp_path / "www").exists()


def test_example_data_go_out_only_when_asked_for(project: Project, tmp_path: Path) -> None:
    output = project.root / "_site"
    shutil.rmtree(output / "viborg")
    place_site(output, "viborg", None, pdf="plan.pdf", example=True)
    said = refused(project, str(tmp_path / "www"))
    assert "It shows example data: viborg" in said
    assert "--example" in said
    publish_site(project, output, str(tmp_path / "www"), example=True)
    assert (tmp_path / "www" / "viborg" / "index.html").is_file()


def test_a_page_of_chosen_municipalities_belongs_to_the_site_and_its_example_data_are_held_back(
    project: Project, tmp_path: Path
) -> None:
    page = project.root / "_site" / "sammenlign" / "plan-1a-viborg-skive"
    page.mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><html lang='da'><title>To</title></html>")
    (page / "areas.json").write_text('{"example": true}')
    assert "sammenlign/plan-1a-viborg-skive" in refused(project, str(tmp_path / "www"))
    (page / "areas.json").write_text('{"example": false}')
    assert publish_site(project, project.root / "_site", str(tmp_path / "www"))


def test_a_render_under_way_is_waited_for(project: Project, tmp_path: Path) -> None:
    with building(project.root / "_site"):
        said = refused(project, str(tmp_path / "www"))
    assert "A render is under way" in said
    check_site(project.root / "_site")


def test_a_site_is_committed_to_a_branch_and_nothing_else_is_touched(project: Project) -> None:
    root = project.root
    (root / "draft.txt").write_text("not committed")
    (root / "staged.txt").write_text("staged")
    git(root, "add", "staged.txt")
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "main")
    said = publish_site(project, root / "_site", "branch:gh-pages")
    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "main")) == before
    assert git(root, "branch", "--show-current").strip() == "main"
    names = set(git(root, "ls-tree", "-r", "--name-only", "-z", "gh-pages").split("\0")) - {""}
    # Also what .gitignore leaves out of the sources.
    assert names == {*contents(root / "_site"), MANIFEST, ".nojekyll"}
    head = git(root, "rev-parse", "gh-pages").strip()
    assert head[:10] in said
    assert publish_site(project, root / "_site", "branch:gh-pages").endswith("(nothing has changed)")
    assert git(root, "rev-parse", "gh-pages").strip() == head
    assert git(root, "worktree", "list").count("\n") == 1


def test_a_branch_keeps_what_is_not_ours_and_its_history(project: Project) -> None:
    root, output = project.root, project.root / "_site"
    publish_site(project, output, "branch:gh-pages")
    git(root, "worktree", "add", "--quiet", str(root.parent / "tree"), "gh-pages")
    (root.parent / "tree" / "CNAME").write_text("plan.example.org\n")
    git(root.parent / "tree", "add", "CNAME")
    git(root.parent / "tree", "commit", "--quiet", "-m", "Our own address")
    assert "checked out" in refused(project, "branch:gh-pages")
    git(root, "worktree", "remove", str(root.parent / "tree"))
    shutil.rmtree(output / "noegletal")
    write_hub(output, "viborg")
    publish_site(project, output, "branch:gh-pages", message="Tal fra november")
    assert git(root, "show", "gh-pages:CNAME") == "plan.example.org\n"
    assert "noegletal/viborg/index.html" not in git(root, "ls-tree", "-r", "--name-only", "gh-pages")
    assert git(root, "log", "--format=%s", "gh-pages").splitlines() == [
        "Tal fra november", "Our own address", "Publish 2 sites"
    ]  # fmt: skip


def test_a_branch_is_pushed_only_when_asked_for_and_follows_the_remote(
    project: Project, tmp_path: Path
) -> None:
    root, bare = project.root, tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(root, "remote", "add", "origin", str(bare))
    publish_site(project, root / "_site", "branch:gh-pages")
    assert git(bare, "branch", "--list") == ""
    said = publish_site(project, root / "_site", "branch:gh-pages", push="origin")
    assert "pushed to origin" in said
    assert git(bare, "rev-parse", "gh-pages") == git(root, "rev-parse", "gh-pages")
    # Another machine has published since.
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(bare), str(other))
    (other / "CNAME").write_text("plan.example.org\n")
    git(other, "add", "CNAME")
    git(other, "commit", "--quiet", "-m", "Our own address")
    git(other, "push", "--quiet")
    write_hub(root / "_site", "viborg", "noegletal/viborg", style="site-2.css")
    publish_site(project, root / "_site", "branch:gh-pages", push="origin")
    assert git(bare, "show", "gh-pages:CNAME") == "plan.example.org\n"
    assert "assets/site-2.css" in git(bare, "ls-tree", "-r", "--name-only", "gh-pages")
    said = refused(project, "branch:gh-pages", push="elsewhere")
    assert "no such remote" in said


def test_branches_that_are_no_place_for_a_site_are_refused(project: Project) -> None:
    assert "checked out" in refused(project, "branch:main")
    git(project.root, "branch", "sources")
    assert "holds a project's own files" in refused(project, "branch:sources")
    assert "no name of a branch" in refused(project, "branch:a..b")
    assert "Say where to" in refused(project, "")
    assert "Say where to" in refused(project, "branch:")
    assert "not pushed" in refused(project, "/nowhere/at/all", push="origin")


def test_without_a_repository_the_folder_is_named(project: Project) -> None:
    shutil.rmtree(project.root / ".git")
    assert "no git repository" in refused(project, "branch:gh-pages")


def test_the_manifest_that_nobody_can_read_is_named(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "www"
    publish_site(project, project.root / "_site", str(target))
    (target / MANIFEST).write_text("[]")
    assert MANIFEST in refused(project, str(target))


def test_a_file_that_changes_while_it_is_copied_is_noticed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copyfile
    monkeypatch.setattr(
        publish.shutil,
        "copyfile",
        lambda one, other: copy(one, other).write_bytes(b"half"),
    )
    assert "changed while it was copied" in refused(project, str(tmp_path / "www"))
    assert list((tmp_path / "www").iterdir()) == []
