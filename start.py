#!/usr/bin/env python3
"""Ostinato from a fresh checkout; needs nothing but Python.

    python3 start.py [--port N] [--workers N] [--no-demo]    run the site
    python3 start.py test [pytest arguments]                 run every check

Makes `.venv`, installs the locked requirements (again only when the lock changed) and
hands over. Only the standard library, and syntax that an old Python can read far enough
to say that it is too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
NO_TESTS_COLLECTED = 5  # pytest's exit status


def main(arguments: list[str]) -> int:
    """Run the site (never returns) or the checks; 1 after one line on what is missing."""
    word = arguments[0] if arguments else "--"
    if word in ("-h", "--help"):
        print(__doc__)
        return 0
    testing = word == "test"
    if not (testing or word.startswith("-")):  # said now, not after half a minute
        return say(f"{word!r} is none of these:\n\n{__doc__}")
    problem = what_is_missing()
    if problem:
        return say(problem)
    problem = install("requirements-dev.txt" if testing else "requirements.txt")
    if problem:
        return say(problem)
    if testing:
        os.chdir(HOME)
        with tempfile.TemporaryDirectory(prefix="ostinato-checks-") as folder:
            os.environ["DATA_DIR"] = folder  # a check must not touch a site's data
            return run_checks(arguments[1:])
    command = [str(PYTHON), str(HOME / "manage.py"), "up", "--demo", *arguments]
    return os.execv(command[0], command)  # noqa: S606 (this process becomes the site)


def what_is_missing() -> str:
    """What this computer lacks, in one line; empty if it lacks nothing."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this is where others are told)
        found = ".".join(map(str, sys.version_info[:3]))
        return f"Ostinato needs Python 3.11 or newer; this is {found}."
    if os.name == "nt":
        return "Ostinato does not run on Windows itself: use WSL or a container."
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        return (
            f"Python's venv is missing: install it (Debian: sudo apt install {name})."
        )
    return ""


def install(lock_name: str) -> str:
    """Bring `.venv` to what the lock says; what went wrong in words, or nothing."""
    # Here and not above: Windows has no fcntl, and has been told so by now.
    import fcntl  # noqa: PLC0415

    VENV.mkdir(exist_ok=True)
    folder = os.open(VENV, os.O_RDONLY)
    try:
        # Two starts at once: the second waits, and then finds everything installed.
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
    # Half made, or made by a Python that has been replaced since: without pip in it.
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
    """Run a command out of sight; the end of what it printed if it failed, or nothing."""
    run = subprocess.run(  # noqa: S603 (our own words)
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return ""
    return "\n".join(run.stdout.splitlines()[-15:]) or "It failed."


def run_checks(pytest_arguments: list[str]) -> int:
    """Every check of the project, the whole suite last; 0 if all of them pass."""
    python, tools = str(PYTHON), PYTHON.parent
    results = [
        check("lint", [tools / "ruff", "check", "."]),
        check("format", [tools / "ruff", "format", "--check", "."]),
        check("types", [tools / "mypy"]),
        check("import contracts", [tools / "lint-imports"]),
        check("migrations", [python, "manage.py", "makemigrations", "--check"]),
        tests("PostgreSQL", "tests.postgresql", pytest_arguments),
        tests("SQLite", "pytest", pytest_arguments),
    ]
    print()
    for name, passed in results:
        print(f"{'ok  ' if passed else 'FAIL'}  {name}")
    return 0 if all(passed for _, passed in results) else 1


def check(name: str, command: list[object]) -> tuple[str, bool]:
    """Run a check; what it prints is shown if it fails."""
    print(f"{name} ...", end=" ", flush=True)
    failure = quietly(list(map(str, command)))
    print(f"FAIL\n{failure}" if failure else "ok", flush=True)
    return name, not failure


def tests(database: str, module: str, arguments: list[str]) -> tuple[str, bool]:
    """Run the tests, in sight. No test of both databases among those chosen is fine."""
    # Two at a time: much of a test is waiting for processes. `-n 0` takes it back, for pdb.
    # Those that share a running site stay together, so that it is started once.
    arguments = ["-n", "2", "--dist", "loadgroup", *arguments]
    print(f"\nTests on {database}", flush=True)
    command = [str(PYTHON), "-m", module, *arguments]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 (our own words)
    nothing_chosen = status == NO_TESTS_COLLECTED and module != "pytest"
    return f"tests on {database}", status == 0 or nothing_chosen


def say(problem: str) -> int:
    """Tell the person what is wrong; the exit status for it."""
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    # A plain `kill` ends the program that runs at the moment too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
