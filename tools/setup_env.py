"""Set up the virtual environment in ``.venv``: what `make` and `make test` do first.

Runs on any Python 3, so that a Python that is too old gets one clear line instead of a syntax error. Does
nothing when ``.venv`` already holds what ``requirements.lock`` and ``pyproject.toml`` ask for.

A new environment is built in a folder of its own below ``.plan/`` and takes the place of the old one when it is
whole, so that a run that is stopped or killed at any moment leaves the old one as it was, or a whole new one. One
run at a time: a second waits for the first.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

OLDEST_PYTHON = (3, 11)
NEEDED_MEGABYTES = 2500
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INTERRUPTED = 130
STAMP = "beskaeftigelsesplan-setup"
"""File in an environment that is whole; holds the hash of what it was made from."""


def path(*parts):
    """A path in the project."""
    return os.path.join(ROOT, *parts)


def workshop():
    """Folder of what is not whole yet; on the disk of ``.venv``, unknown to git, removed by `make clean`."""
    return path(".plan", "setup")


def stop(line):
    """Say one line and end with exit code 1."""
    sys.stderr.write("setup: " + line + "\n")
    sys.exit(1)


def python_of(folder):
    """The interpreter of the environment in `folder`."""
    inside, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(folder, inside, name)


def wanted():
    """A hash of what the environment is made from; settings of tools in ``pyproject.toml`` do not count."""
    import tomllib

    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in ("requirements.lock", "requirements-uv.lock"):
        with open(path(name), "rb") as file:
            digest.update(file.read())
    with open(path("pyproject.toml"), "rb") as file:
        project = tomllib.load(file)
    parts = [project.get(key) for key in ("build-system", "project", "dependency-groups")]
    digest.update(repr([*parts, project.get("tool", {}).get("hatch")]).encode())
    # The package is installed as a link to this folder, so a moved checkout is set up anew.
    digest.update(ROOT.encode())
    return digest.hexdigest()


def is_whole(folder, hash_wanted):
    """Whether the environment in `folder` was made from the same files and still has its interpreter."""
    try:
        with open(os.path.join(folder, STAMP)) as file:
            return file.read() == hash_wanted and os.path.exists(python_of(folder))
    except OSError:
        return False


def run(command, what):
    """Run a command; when it fails, show its last lines and say what was being done."""
    result = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    if result.returncode:
        said = result.stdout.strip()
        sys.stderr.write("\n".join(said.splitlines()[-15:]) + "\n")
        if "No space left" in said or "ENOSPC" in said:
            stop("the disk is full; about {} MB are needed in {}.".format(NEEDED_MEGABYTES, ROOT))
        stop(what + " failed (its last lines are above). Mend it and run make again.")


def check_machine():
    """Stop with one line when this machine cannot hold the environment."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            "Python 3.11 or newer is needed, and this is Python {}. Name a newer one: "
            "make PYTHON=/path/to/python3.12".format(found)
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("this Python has no venv module. On Debian and Ubuntu: apt install python3-venv")
    if not os.access(ROOT, os.W_OK):
        stop("the folder {} cannot be written to. Copy the project to a folder of your own.".format(ROOT))


def check_disk():
    """Stop with one line when an environment will not fit."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MEGABYTES:
        stop(
            "the disk is nearly full: {} MB are free in {}, about {} MB are needed.".format(
                free, ROOT, NEEDED_MEGABYTES
            )
        )


def try_lock(file):
    """Take the lock on an open file; false when another process has it. The system lets go when we end."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a network disk without locks: better without one than not at all
        return True
    return True


def wait_for_turn(file):
    """Hold the lock when this returns; says so when it has to wait."""
    told = False
    while not try_lock(file):
        if not told:
            print("setup: another make is setting up here; waiting for it …", flush=True)
            told = True
        time.sleep(0.2)


def rename_inside(folder, place):
    """Let the scripts of the environment in `folder` say that they lie in `place`."""
    old, new = os.fsencode(folder), os.fsencode(place)
    inside = os.path.dirname(python_of(folder))
    for name in sorted(os.listdir(inside)):
        file = os.path.join(inside, name)
        if os.path.islink(file) or not os.path.isfile(file):
            continue
        with open(file, "rb") as opened:
            content = opened.read()
        if old in content and b"\0" not in content:
            with open(file, "wb") as opened:
                opened.write(content.replace(old, new))


def fill(folder):
    """Make the environment in the empty `folder`, all but its stamp."""
    run([sys.executable, "-m", "venv", "--prompt", "beskaeftigelsesplan", folder], "making the environment")
    python = python_of(folder)
    if os.name == "nt":  # programs there name their interpreter where no text can be replaced
        with open(os.path.join(folder, "pyvenv.cfg"), "a") as file:
            file.write("relocatable = true\n")
    run(
        [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", path("requirements-uv.lock")],
        "installing uv",
    )
    install = [python, "-m", "uv", "pip", "install", "-q", "--python", python]
    # Compiled now and not at the first import: on machines that write no bytecode, every start would wait for it.
    run(
        [*install, "--compile-bytecode", "--require-hashes", "-r", path("requirements.lock")],
        "installing the packages",
    )
    run([*install, "--no-deps", "--no-build-isolation", "-e", ROOT], "installing the plan command")
    rename_inside(folder, path(".venv"))


def put_in_place(folder):
    """Let the whole environment in `folder` be ``.venv``; the old one goes."""
    place = path(".venv")
    aside = os.path.join(tempfile.mkdtemp(prefix="old-", dir=workshop()), "venv")
    if os.path.lexists(place):
        os.rename(place, aside)
    try:
        os.rename(folder, place)
    except BaseException:
        if os.path.lexists(aside) and not os.path.lexists(place):
            os.rename(aside, place)
        raise


def set_up(hash_wanted):
    """Make the environment, or find the one that a killed run had finished and not yet put in place."""
    left = sorted(os.listdir(workshop()))
    found = [path(".plan", "setup", name, "venv") for name in left]
    whole = next((folder for folder in found if is_whole(folder, hash_wanted)), None)
    if whole is None:
        for name in left:
            shutil.rmtree(path(".plan", "setup", name), ignore_errors=True)
        check_disk()
        print("setup: making .venv from requirements.lock (once; a minute or two) …", flush=True)
        whole = os.path.join(tempfile.mkdtemp(prefix="new-", dir=workshop()), "venv")
        fill(whole)
        with open(os.path.join(whole, STAMP), "w") as file:
            file.write(hash_wanted)
    put_in_place(whole)
    print("setup: done.", flush=True)


def main():
    """Make the environment, or find it made."""
    check_machine()
    try:
        hash_wanted = wanted()
        if is_whole(path(".venv"), hash_wanted):
            return
        os.makedirs(path(".plan"), exist_ok=True)
        with open(path(".plan", "setup.lock"), "a") as file:
            wait_for_turn(file)
            if is_whole(path(".venv"), hash_wanted):  # the one that was waited for has made it
                return
            os.makedirs(workshop(), exist_ok=True)
            try:
                set_up(hash_wanted)
            finally:
                shutil.rmtree(workshop(), ignore_errors=True)
    except OSError as error:
        stop("{} ({})".format(error.strerror or error, error.filename or ROOT))
    except KeyboardInterrupt:
        sys.stderr.write("\nsetup: stopped; nothing was changed. Run make again to go on.\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
