from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from typing_extensions import override

from workflows.components import autoload


class WorkflowsConfig(AppConfig):
    name = "workflows"

    @override
    def ready(self) -> None:
        import_module("workflows.checks")
        autoload()
        # A site's own functions. A module that is not there ends the start, and says so.
        for module in settings.WORKFLOW_FUNCTION_MODULES:
            import_module(module)
