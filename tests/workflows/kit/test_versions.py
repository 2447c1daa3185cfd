from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from workflows.kit import versions


@pytest.fixture(autouse=True)
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(versions, "version", version)
    versions.own_version.cache_clear()


def test_a_checkout_has_the_version_of_its_project() -> None:
    assert versions.own_version().count(".") == 2


def test_a_copy_of_the_folders_alone_has_pages_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "PROJECT", tmp_path / "pyproject.toml")
    assert versions.own_version() == "(version unknown)"
    versions.own_version.cache_clear()
