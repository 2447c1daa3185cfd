from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.core.management import get_commands
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.kit.needed_apps import need_app


class SchedulesConfig(AppConfig):
    name = "schedules"
    label = "ostinato_schedules"
    verbose_name = _("Schedules")
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def import_models(self) -> None:
        need_app(self, "workflows")
        super().import_models()

    @override
    def ready(self) -> None:
        for name in (
            "checks",
            "receivers",
            "services.runs.row_type",
            "tools.components",
        ):
            import_module(f"schedules.{name}")
        post_migrate.connect(import_module("schedules.groups").make_groups, sender=self)
        take_commands()
        import_module("schedules.receivers").connect_objects()
        health = import_module("schedules.services.insight.health")
        import_module("workflows.kit.refusals").explain_outages_by(
            health.cause_of_error
        )


def take_commands() -> None:
    """Take the place of django-rq's commands of the same names, which ours call for other
    queues.

    Of a command in two apps Django finds that of the first, and projects add our apps below
    the others.
    """
    commands = get_commands()  # Django keeps this very dictionary
    for name in ("rqscheduler", "rqworker"):
        if commands.get(name) == "django_rq":
            commands[name] = "schedules"
