"""Ostinato: schedules for Django. The names below are for application code.

They are imported when they are first used, so `from schedules import every` works in any
module, also while the apps are being loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schedules.declared import (
        Kept,
        Schedule,
        Upserted,
        When,
        cron,
        every,
        once,
    )
    from schedules.python_api import cancel, pause, resume, upsert
    from workflows.callables import schedulable

__all__ = [
    "Kept",
    "Schedule",
    "Upserted",
    "When",
    "cancel",
    "cron",
    "every",
    "once",
    "pause",
    "resume",
    "schedulable",
    "upsert",
]
_HOMES = {
    **dict.fromkeys(("cancel", "pause", "resume", "upsert"), "schedules.python_api"),
    "schedulable": "workflows.callables",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "schedules.declared")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
