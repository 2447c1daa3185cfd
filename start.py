#!/usr/bin/env python3
"""Ostinato from a fresh checkout; needs nothing but Python.

    python3 start.py [--port N] [--workers N] [--no-demo]            run the site
    python3 start.py test [--quick | --all] [pytest arguments]       check the code

`test` runs lint, format, types, import contracts, the check of the migrations, and the
tests on PostgreSQL and on SQLite: less than 12 minutes on two cores.

    --quick   the tests on SQLite only, without the slow ones and the heavy ones: those that
              start processes (sites, workers, browsers), commit (races, crashes) or take
              longer than most: less than 3 minutes
    --all     the slow tests, too (chaos drills, races, crowds of clients), and with Node the
              canvas: its types and tests, and whether it was built from its source; and the
              wheel, in projects on two versions of Django: about 35 minutes

Pytest's arguments choose among these tests: `test --quick tests/schedules -k pause`.

Creates `.venv`, installs the locked requirements (again only when the lock file has changed)
and starts the site or the checks. Uses only the standard library, and only syntax that an old
Python can parse, so that it can report that this Python is too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
NO_TESTS_COLLECTED = 5  # pytest's exit status
CHOICES = {  # which tests, by their marks
    "": "not slow",
    "--quick": "not slow and not heavy",
    "--all": "",
}


def main(arguments: list[str]) -> int:
    """Run the site (never returns) or the checks. Returns 1 after printing a problem."""
    word = arguments[0] if arguments else "--"
    if word in ("-h", "--help"):
        print(__doc__)
        return 0
    testing = word == "test"
    # Before the installation, which takes half a minute.
    problem = what_is_wrong(arguments) or what_is_missing()
    if problem:
        return say(problem)
    problem = install("requirements-dev.txt" if testing else "requirements.txt")
    if problem:
        return say(problem)
    if testing:
        os.chdir(HOME)
        with tempfile.TemporaryDirectory(prefix="ostinato-checks-") as folder:
            os.environ["DATA_DIR"] = folder  # checks must not touch a site's data
            # Hundreds of processes start: none should compile the code again.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            return run_checks(arguments[1:])
    command = [str(PYTHON), str(HOME / "manage.py"), "up", "--demo", *arguments]
    return os.execv(command[0], command)  # noqa: S606 (this process becomes the site)


def what_is_wrong(arguments: list[str]) -> str:
    """The problem with the command line; empty if there is none."""
    word = arguments[0] if arguments else "--"
    chosen = [choice for choice in ("--quick", "--all") if choice in arguments]
    if word != "test":
        if chosen:
            return (
                f"{chosen[0]} is an option of test: python3 start.py test {chosen[0]}"
            )
        if word.startswith("-"):
            return ""
        return f"{word!r} is not a command of start.py:\n\n{__doc__}"
    if len(chosen) > 1:
        return "--quick and --all exclude each other: use only one of them."
    if any(re.match("-m|--markexpr", argument) for argument in arguments):
        return "-m is set by start.py test: to choose by marks, run .venv/bin/python -m pytest -m ..."
    return ""


def what_is_missing() -> str:
    """The first missing prerequisite, in one line; empty if there is none."""
    if sys.version_info < (3, 11):  # noqa: UP036 (reported to users of older ones)
        found = ".".join(map(str, sys.version_info[:3]))
        return f"Ostinato needs Python 3.11 or newer; this is {found}."
    if os.name == "nt":
        return "Ostinato does not run on Windows: use WSL or a container."
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        return f"Python's venv module is missing: install it (Debian: sudo apt install {name})."
    return ""


def install(lock_name: str) -> str:
    """Make `.venv` match the lock file. Returns the problem; empty if there is none."""
    # Imported here: Windows has no fcntl, and its users must see our message first.
    import fcntl  # noqa: PLC0415

    VENV.mkdir(exist_ok=True)
    folder = os.open(VENV, os.O_RDONLY)
    try:
        # Of two simultaneous starts the second waits, then finds everything installed.
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _install(lock_name)
    finally:
        os.close(folder)


def _install(lock_name: str) -> str:
    lock = HOME / lock_name
    stamp = VENV / f"{lock_name}.installed"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return ""
    pip = [str(PYTHON), "-m", "pip"]
    # A half-made one, or one whose Python has since been replaced, may lack pip.
    if not PYTHON.exists() or quietly([*pip, "--version"]):
        print("Making .venv ...", flush=True)
        failure = quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if failure:
            return f"{failure}\nCould not make {VENV}."
    count = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
    print(f"Installing {count} packages, about half a minute ...", flush=True)
    options = ["--disable-pip-version-check", "--no-input", "--require-hashes"]
    failure = quietly([*pip, "install", *options, "--requirement", str(lock)])
    if failure:
        return f"{failure}\nCould not install {lock_name}."
    stamp.write_text(wanted)
    return ""


def quietly(command: list[str]) -> str:
    """Run a command, hiding its output. Returns the end of the output if it failed, else ''."""
    run = subprocess.run(  # noqa: S603 (a fixed command)
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return ""
    return "\n".join(run.stdout.splitlines()[-15:]) or "It failed without any output."


def run_checks(arguments: list[str]) -> int:
    """Run every check of the project, the tests last. Returns 0 if all of them pass."""
    python, tools = str(PYTHON), PYTHON.parent
    choice = next((word for word in arguments if word in CHOICES), "")
    arguments = [word for word in arguments if word != choice]
    checks = {
        "lint": [tools / "ruff", "check", "."],
        "format": [tools / "ruff", "format", "--check", "."],
        "import contracts": [tools / "lint-imports"],
        "migrations": [python, "manage.py", "makemigrations", "--check"],
        "types": [tools / "mypy"],
    }
    if choice == "--all" and has_node():
        checks["canvas"] = [python, "-m", "tests.canvas"]
    if choice == "--all":
        # Says so if there is no Python for the newer Django.
        subprocess.run([python, "-m", "tests.foreign.pythons"], check=False)  # noqa: S603
        checks["wheel"] = [python, "-m", "tests.foreign"]
    with ThreadPoolExecutor(max_workers=1) as beside:
        # They take a minute of one processor, while tests wait for processes.
        checked = [beside.submit(check, *each) for each in checks.items()]
        databases = ["SQLite"] if choice == "--quick" else ["PostgreSQL", "SQLite"]
        tested = [tests(each, CHOICES[choice], arguments) for each in databases]
    results = [each.result() for each in checked] + tested
    print()
    for name, passed in results:
        print(f"{'ok  ' if passed else 'FAIL'}  {name}")
    return 0 if all(passed for _, passed in results) else 1


def has_node() -> bool:
    """Whether the canvas can be checked. On a CI server it must be: without Node that fails."""
    found = shutil.which("npm") is not None or os.environ.get("CI") == "true"
    if not found:
        print("canvas ... not checked, as there is no Node", flush=True)
    return found


def check(name: str, command: list[object]) -> tuple[str, bool]:
    """Run a check; its output is shown only if it fails."""
    failure = quietly(list(map(str, command)))
    print(f"{name} ... FAIL\n{failure}" if failure else f"{name} ... ok", flush=True)
    return name, not failure


def tests(database: str, marks: str, arguments: list[str]) -> tuple[str, bool]:
    """Run the tests with these marks, showing their output."""
    module = "pytest"
    if database == "PostgreSQL":
        module = "tests.postgresql"
        marks = " and ".join(filter(None, ["both_databases", marks]))
    # Two at a time: tests spend much time waiting for processes. For pdb, pass `-n 0`.
    # Tests that share a running site stay together, so that it is started only once.
    words = ["-n", "2", "--dist", "loadgroup", "-m", marks, *arguments]
    print(f"\nTests on {database}", flush=True)
    command = [str(PYTHON), "-m", module, *words]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 (a fixed command)
    if status == NO_TESTS_COLLECTED and database == "SQLite":
        print("No tests were selected: slow tests run only with --all.")
    # A selection may well contain no test that runs on both databases.
    nothing_chosen = status == NO_TESTS_COLLECTED and database != "SQLite"
    return f"tests on {database}", status == 0 or nothing_chosen


def say(problem: str) -> int:
    """Print a problem; returns the exit status for it."""
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    # A plain `kill` must end the running subprocess too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
