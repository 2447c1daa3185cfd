"""System checks for settings that would make nodes fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from workflows.agents.site import setting_problems


@register
def check_provider(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warnings, not errors: everything but agents works."""
    return [
        Warning(
            f"{name} is not valid, so agents will fail.",
            hint=why,
            id="ostinato_workflows.W001",
        )
        for name, why in setting_problems()
    ]
