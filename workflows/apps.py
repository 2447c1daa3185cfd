from __future__ import annotations

from django.apps import AppConfig
from typing_extensions import override

from workflows.components import autoload


class WorkflowsConfig(AppConfig):
    name = "workflows"

    @override
    def ready(self) -> None:
        autoload()
