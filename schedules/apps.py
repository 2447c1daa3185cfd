from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class SchedulesConfig(AppConfig):
    name = "schedules"
    label = "ostinato_schedules"
    verbose_name = "Schedules"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        for name in (
            "checks",
            "receivers",
            "services.runs.row_type",
            "tools.components",
        ):
            import_module(f"schedules.{name}")
        health = import_module("schedules.services.insight.health")
        import_module("workflows.kit.refusals").explain_outages_by(
            health.cause_of_error
        )
