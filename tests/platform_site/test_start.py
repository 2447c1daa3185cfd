"""`start.py`: from a bare Python to an installed `.venv`."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import start
from platform_site.local.data_dir import BASE_DIR

SOURCE = (BASE_DIR / "start.py").read_text()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose lock asks for nothing."""
    monkeypatch.setattr(start, "HOME", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def test_it_needs_the_standard_library_only() -> None:
    nodes = list(ast.walk(ast.parse(SOURCE)))
    imports = [node for node in nodes if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_can_read_it_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse(SOURCE, feature_version=(3, 7))
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    assert start.main([]) == 1
    assert start.what_is_missing() == (
        "Ostinato needs Python 3.11 or newer; this is 3.9.2."
    )


def test_without_venv_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert start.main([]) == 1
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert capsys.readouterr().err == (
        f"Python's venv module is missing: install it (Debian: sudo apt install {version}-venv).\n"
    )


@pytest.mark.heavy
def test_it_installs_again_only_when_the_lock_changed(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.install("requirements.txt") == ""
    assert "Installing 0 packages" in capsys.readouterr().out
    assert start.install("requirements.txt") == ""
    assert capsys.readouterr().out == ""

    (checkout / "requirements.txt").write_text("# still nothing\n")
    assert start.install("requirements.txt") == ""
    assert "Installing" in capsys.readouterr().out

    # What pip says is shown when it fails, and the failure is not taken for done.
    (checkout / "requirements.txt").write_text("./is-not-there\n")
    for _ in range(2):
        problem = start.install("requirements.txt")
        assert "is-not-there" in problem
        assert problem.endswith("Could not install requirements.txt.")


def test_the_site_replaces_the_process_that_started_it(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(start, "install", lambda lock: "")
    monkeypatch.setattr(os, "execv", lambda path, words: called.append(words))
    start.main(["--port", "8123", "--no-demo"])
    up = [str(checkout / "manage.py"), "up", "--demo", "--port", "8123", "--no-demo"]
    assert called == [[str(checkout / ".venv/bin/python"), *up]]


def test_how_to_use_it_is_said_before_anything_is_installed(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["--help"]) == 0
    assert "start.py test [--quick | --all] [pytest arguments]" in (
        capsys.readouterr().out
    )
    assert start.main(["tset"]) == 1
    assert "'tset' is not a command of start.py" in capsys.readouterr().err
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--quick"], "--quick is an option of test: python3 start.py test --quick"),
        (["--port", "8123", "--all"], "--all is an option of test: "),
        (["test", "--all", "tests", "--quick"], "--quick and --all exclude each other"),
        (["test", "--quick", "-m", "slow"], "-m is set by start.py test"),
        (["test", "-mslow"], "-m is set by start.py test"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_one_line(
    words: list[str],
    problem: str,
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start.main(words) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(problem)
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "databases", "marks"),
    [
        ([], ["tests.postgresql", "pytest"], "not slow"),
        (["--quick"], ["pytest"], "not slow and not heavy"),
        (["--all"], ["tests.postgresql", "pytest"], ""),
    ],
)
def test_each_choice_runs_every_check_and_the_tests_with_its_marks(
    words: list[str],
    databases: list[str],
    marks: str,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    called: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        called.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(start.subprocess, "run", run)
    monkeypatch.setattr(start.shutil, "which", lambda name: f"/bin/{name}")
    assert start.run_checks(["tests/schedules", *words, "-k", "pause"]) == 0
    checks = 7 if words == ["--all"] else 5
    assert capsys.readouterr().out.count("\nok    ") == checks + len(databases)
    assert {Path(command[0]).name for command in called} == {
        "ruff",
        "mypy",
        "lint-imports",
        "python",
    }
    tests = [command[2:] for command in called if "-n" in command]
    assert [module for module, *_ in tests] == databases
    for module, *arguments in tests:
        chosen = arguments[arguments.index("-m") + 1]
        assert chosen.removeprefix("both_databases").removeprefix(" and ") == marks
        assert chosen.startswith("both_databases") == (module != "pytest")
        assert arguments[-3:] == ["tests/schedules", "-k", "pause"]


@pytest.mark.parametrize(
    ("ci", "checked"), [("", ["not checked"]), ("true", ["FAIL", "Node", "is missing"])]
)
def test_without_node_the_canvas_is_checked_on_a_ci_server_only(
    ci: str,
    checked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", str(tmp_path))
    if start.has_node():
        assert start.check("canvas", [sys.executable, "-m", "tests.canvas"])[1] is False
    printed = capsys.readouterr().out
    assert printed.startswith("canvas ... ")
    assert all(words in printed for words in checked)


def test_a_failed_check_is_shown_and_decides_the_exit_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing = [sys.executable, "-c", "print('line 7 is wrong'); raise SystemExit(1)"]
    assert start.check("lint", failing) == ("lint", False)
    assert start.check("types", [sys.executable, "-c", "print('fine')"]) == (
        "types",
        True,
    )
    printed = capsys.readouterr().out
    assert "lint ... FAIL\nline 7 is wrong" in printed
    assert "types ... ok\n" in printed


def test_ci_calls_a_command_of_the_readme() -> None:
    script = (BASE_DIR / ".ci" / "run").read_text()
    assert script.splitlines()[-1] == "exec python3 start.py test --all"
    assert "python3 start.py test --all" in (BASE_DIR / "README.md").read_text()
    subprocess.run(["bash", "-n", BASE_DIR / ".ci" / "run"], check=True)
