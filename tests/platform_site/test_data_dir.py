"""Where a site keeps its database: in any folder, or one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_site.data_dir import data_dir, database


@pytest.mark.parametrize("name", ["a#1", "a?b=c", "per%41cent", 'quo"te', "sp ace"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    found = database("", tmp_path / name)
    assert found["NAME"] == str(tmp_path / name / "ostinato.sqlite3")


def test_an_address_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="DATABASE_URL cannot be read"):
        database("nonsense", tmp_path)


def test_a_folder_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SystemExit, match="cannot be made a folder"):
        data_dir()
