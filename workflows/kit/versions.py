"""The version of Ostinato."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@cache
def own_version() -> str:
    """That of the package, or of the checkout that runs without being installed. Of a copy of
    our folders alone nobody knows it."""
    try:
        return version("ostinato")
    except PackageNotFoundError:
        pass
    if not PROJECT.exists():
        return "(version unknown)"
    declared: str = tomllib.loads(PROJECT.read_text())["project"]["version"]
    return declared
