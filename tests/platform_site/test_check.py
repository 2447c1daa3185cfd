"""A project that has packages with the names of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_site.check import name_problems
from platform_site.checks import check_names
from platform_site.local.data_dir import BASE_DIR


def package(folder: Path, name: str) -> Path:
    path = folder / name / "__init__.py"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_the_first_on_the_path_hides_the_other(tmp_path: Path) -> None:
    place = package(tmp_path, "workflows")
    (before,) = name_problems([str(tmp_path), str(BASE_DIR)])
    assert before.startswith(f"There is another package `workflows`, {place}, which")
    assert "is found before that of Ostinato, which cannot work. Rename it" in before
    (after,) = name_problems([str(BASE_DIR), str(tmp_path), str(tmp_path)])
    assert "is hidden by that of Ostinato" in after


def test_a_module_counts_like_a_package(tmp_path: Path) -> None:
    (tmp_path / "triggers.py").touch()
    (problem,) = name_problems([str(BASE_DIR), str(tmp_path)])
    assert "another module `triggers`" in problem


@pytest.mark.parametrize("has_code", [True, False])
def test_a_folder_counts_if_there_is_code_in_it(
    tmp_path: Path,
    has_code: bool,  # noqa: FBT001
) -> None:
    folder = tmp_path / "schedules"
    folder.mkdir()
    (folder / ("models.py" if has_code else "monday.csv")).touch()
    problems = list(name_problems([str(BASE_DIR), str(tmp_path)]))
    assert len(problems) == has_code


def test_two_copies_of_ours_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "copy").symlink_to(BASE_DIR)
    assert not list(name_problems([str(BASE_DIR), str(tmp_path / "copy")]))


def test_the_check_of_django_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_names(None) == []
    package(tmp_path, "schedules")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (found,) = check_names(None)
    assert found.id == "ostinato_site.E001"
    assert "another package `schedules`" in found.msg


@pytest.mark.heavy
def test_the_command_needs_no_settings(tmp_path: Path) -> None:
    def check() -> subprocess.CompletedProcess[str]:
        settings = "DJANGO_SETTINGS_MODULE"
        env = {name: value for name, value in os.environ.items() if name != settings}
        return subprocess.run(
            [sys.executable, "-m", "platform_site.check"],
            env=env | {"PYTHONPATH": str(BASE_DIR)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    fine = "No other package has the name of one of Ostinato's.\n"
    assert (check().returncode, check().stdout) == (0, fine)
    package(tmp_path, "workflows")
    refused = check()
    assert (refused.returncode, refused.stderr) == (1, "")
    assert "which is found before that of Ostinato" in " ".join(refused.stdout.split())
