"""System checks of what a project has beside our apps."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from platform_site.check import name_problems


@register()
def check_names(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Packages of the project that bear a name of ours."""
    return [
        Error(problem, id="ostinato_site.E001") for problem in name_problems(sys.path)
    ]
