"""Lucide's icons, from the package `lucide`: which there are, and each as an SVG symbol."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import as_file, files
from zipfile import ZipFile

_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BETWEEN_TAGS = re.compile(r">\s+<")


@cache
def icon_names() -> frozenset[str]:
    """The names of all icons. New releases of Lucide rename some."""
    with as_file(files("lucide") / "lucide.zip") as path, ZipFile(path) as archive:
        return frozenset(name.removesuffix(".svg") for name in archive.namelist())


def symbols(names: Iterable[str]) -> list[str]:
    """Each of these icons as `<symbol id="i-NAME">`. The page's style sets size, stroke and
    colour, so these attributes of the files are left out."""
    with as_file(files("lucide") / "lucide.zip") as path, ZipFile(path) as archive:
        return [_symbol(name, archive.read(f"{name}.svg").decode()) for name in names]


def _symbol(name: str, svg: str) -> str:
    drawing = _DRAWING.search(svg)
    assert drawing, name
    inside = _BETWEEN_TAGS.sub("><", drawing[1].strip())
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{inside}</symbol>'
