"""The test kit: schedules in the tests of a project, at any time, without Redis and workers.

Pytest has it as fixtures, by `plugin`. The names below are for tests without pytest; they are
imported on first use, since pytest loads the plugin before the apps are ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schedules.testing.frozen import FrozenSchedules
    from schedules.testing.ran import Ran
    from schedules.testing.ticks import assert_next_ticks

__all__ = ["FrozenSchedules", "Ran", "assert_next_ticks"]

_MODULES = {"FrozenSchedules": "frozen", "Ran": "ran", "assert_next_ticks": "ticks"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
