"""Where a site keeps what it writes: for its own user only, or one clear line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_site.local.data_dir import data_dir, database, keep_private


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """As in most shells: new files can be read by all users."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that `DATA_DIR` names, and that is not there yet."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["a#1", "a?b=c", "per%41cent", 'quo"te', "sp ace"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    found = database("", tmp_path / name)
    assert found["NAME"] == str(tmp_path / name / "ostinato.sqlite3")


def test_a_folder_that_cannot_be_is_refused_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.touch()
    with pytest.raises(SystemExit, match="cannot be created"):
        data_dir()


def test_a_new_data_folder_is_readable_by_its_owner_only(folder: Path) -> None:
    assert data_dir() == folder
    assert mode(folder) == 0o700


@pytest.mark.parametrize("found", [0o755, 0o750, 0o777, 0o701])
def test_a_data_folder_that_is_open_to_others_is_closed_with_all_its_files(
    folder: Path, found: int
) -> None:
    folder.mkdir()
    for name in ("secret_key", "admin_password", "runtime.json", "up.lock"):
        (folder / name).touch(0o644)
    folder.chmod(found)
    data_dir()
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_an_empty_folder_is_accepted_as_data_folder(folder: Path) -> None:
    folder.mkdir(0o755)
    data_dir()
    assert mode(folder) == 0o700


def test_the_mode_of_a_folder_with_other_files_is_not_changed(folder: Path) -> None:
    (folder / "Documents").mkdir(parents=True)
    with pytest.raises(SystemExit, match="open to other users and holds other files"):
        data_dir()
    assert mode(folder) == 0o755


@pytest.mark.parametrize("is_there", [False, True])
def test_an_sqlite_file_is_for_its_own_user_only(
    tmp_path: Path, *, is_there: bool
) -> None:
    file = tmp_path / "ostinato.sqlite3"
    files = [file, *(tmp_path / f"{file.name}{end}" for end in ("-wal", "-shm"))]
    if is_there:
        for path in files:
            path.touch(0o644)
    keep_private(file)
    assert {mode(path) for path in files if path.exists()} == {0o600}


def test_what_cannot_be_an_sqlite_file_is_left_to_sqlite(tmp_path: Path) -> None:
    keep_private(tmp_path / "absent" / "ostinato.sqlite3")


def test_the_mode_of_a_file_that_is_no_database_stays(tmp_path: Path) -> None:
    """As with a `DATABASE_URL` that names a file of the system by mistake."""
    file = tmp_path / "passwd"
    file.write_text("root:x:0:0:root:/root:/bin/sh")
    file.chmod(0o644)
    keep_private(file)
    assert mode(file) == 0o644


def test_a_blank_name_counts_as_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform_site.local.data_dir.BASE_DIR", tmp_path)
    monkeypatch.setenv("DATA_DIR", " ")
    assert data_dir() == tmp_path / "var"
