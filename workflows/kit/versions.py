"""The version of Ostinato."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@cache
def own_version() -> str:
    """That of the package, or of the checkout that runs without being installed."""
    try:
        return version("ostinato")
    except PackageNotFoundError:
        project = Path(__file__).parents[2] / "pyproject.toml"
        declared: str = tomllib.loads(project.read_text())["project"]["version"]
        return declared
