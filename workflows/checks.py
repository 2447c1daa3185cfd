"""System checks: settings with which nodes would fail."""

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
    """A warning for each: without agents everything else works."""
    return [
        Warning(
            f"{name} cannot work: agents would fail.",
            hint=why,
            id="ostinato_workflows.W001",
        )
        for name, why in setting_problems()
    ]
