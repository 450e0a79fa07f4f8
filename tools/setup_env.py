"""Set up the virtual environment in ``.venv``: what `make` and `make test` do first.

Runs on any Python 3, so that a Python that is too old gets one clear line instead of a syntax error. Does
nothing when ``.venv`` already holds what ``requirements.lock`` and ``pyproject.toml`` ask for.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
NEEDED_MEGABYTES = 2500
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "beskaeftigelsesplan-setup")
LOCK = os.path.join(ROOT, "requirements.lock")
UV_LOCK = os.path.join(ROOT, "requirements-uv.lock")


def stop(line):
    """Say one line and end with exit code 1."""
    sys.stderr.write("setup: " + line + "\n")
    sys.exit(1)


def venv_python():
    """The interpreter inside ``.venv``."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, folder, name)


def wanted():
    """A hash of what the environment is made from."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for path in (LOCK, UV_LOCK, os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            digest.update(file.read())
    # The package is installed as a link to this folder, so a moved checkout is set up anew.
    digest.update(ROOT.encode())
    return digest.hexdigest()


def is_set_up(hash_wanted):
    """Whether ``.venv`` was made from the same files and still has its interpreter."""
    try:
        with open(STAMP) as file:
            return file.read() == hash_wanted and os.path.exists(venv_python())
    except OSError:
        return False


def has_own_python():
    """Whether ``.venv`` holds a working interpreter of this very version (else it is made anew)."""
    try:
        found = subprocess.check_output(
            [venv_python(), "-c", "import sys; print(sys.version_info[:2])"], universal_newlines=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return found.strip() == repr(sys.version_info[:2])


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
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MEGABYTES and not os.path.exists(STAMP):
        stop(
            "the disk is nearly full: {} MB are free in {}, about {} MB are needed.".format(
                free, ROOT, NEEDED_MEGABYTES
            )
        )


def main():
    """Make the environment, or find it made."""
    check_machine()
    hash_wanted = wanted()
    if is_set_up(hash_wanted):
        return
    print("setup: making .venv from requirements.lock (once; a minute or two) …", flush=True)
    try:
        if os.path.exists(STAMP):
            os.remove(STAMP)
        if not has_own_python():
            run([sys.executable, "-m", "venv", "--clear", VENV], "making .venv")
        python = venv_python()
        run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", UV_LOCK], "installing uv")
        uv = [python, "-m", "uv", "pip"]
        # Compiled now and not at the first import: on machines that write no bytecode, every start would wait for it.
        run(
            [*uv, "install", "-q", "--compile-bytecode", "--python", python, "--require-hashes", "-r", LOCK],
            "installing the packages",
        )
        run(
            [*uv, "install", "-q", "--python", python, "--no-deps", "--no-build-isolation", "-e", ROOT],
            "installing the plan command",
        )
        with open(STAMP, "w") as file:
            file.write(hash_wanted)
    except OSError as error:
        stop("{} ({})".format(error.strerror or error, error.filename or ROOT))
    print("setup: done.", flush=True)


if __name__ == "__main__":
    main()
