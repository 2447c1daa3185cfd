"""Which interpreters the wheel is tried with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.foreign import pythons


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One with nothing on PATH and no pyenv; ours runs, as if it were 3.11."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pythons.sys, "version_info", (3, 11, 7))
    return tmp_path


def install(path: Path, says: str, status: int = 0) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_without_another_there_is_no_newer_one(computer: Path) -> None:
    assert pythons.newest() is None
    assert pythons.oldest() == sys.executable


def test_the_newest_that_the_package_names_is_taken(computer: Path) -> None:
    install(computer / "python3.12", "Python 3.12.1")
    versions = computer / ".pyenv" / "versions"
    wanted = install(versions / "3.13.0" / "bin" / "python", "Python 3.13.0")
    install(versions / "3.99.0" / "bin" / "python", "Python 3.99.0")
    assert pythons.newest() == wanted


def test_a_stand_in_for_one_that_is_not_chosen_does_not_count(computer: Path) -> None:
    install(computer / "python3.13", "pyenv: python3.13: command not found", 127)
    assert pythons.newest() is None
