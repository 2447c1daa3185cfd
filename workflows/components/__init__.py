"""The built-in node types: one file each, imported by `autoload`."""

from __future__ import annotations

import pkgutil
from importlib import import_module


def autoload() -> None:
    """Import every component, which registers it."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
