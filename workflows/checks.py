"""System checks of what is listed as callable, and cannot be called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from workflows.callables.commands import wrong_commands
from workflows.callables.opened import wrong_entries

LISTS = {"CALLABLES": ("E001", wrong_entries), "COMMANDS": ("E002", wrong_commands)}


@register
def check_callables(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return [
        Error(
            f'OSTINATO["{option}"]: "{entry}" cannot be called. {why}',
            hint="Correct the entry, or remove it.",
            id=f"ostinato_workflows.{number}",
        )
        for option, (number, wrong) in LISTS.items()
        for entry, why in wrong()
    ]
