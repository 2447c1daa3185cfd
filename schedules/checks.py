"""System checks: settings that would pickle or lose jobs, or fire them at wrong times."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection

from workflows.kit.conf import problems

JOB_CLASS = "workflows.execution.queue.JSONJob"
SERIALIZER = "rq.serializers.JSONSerializer"
# Schedulers and workers run only the checks with this tag when they start, because Django's
# own checks would load every page of the site. `up`, `migrate` and `check` run all of them.
TAG = "ostinato_schedules"


@register(TAG)
def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The problems with the settings that this app depends on, each with its remedy."""
    return [
        *_json_problems(),
        *_order_problems(),
        *_time_problems(),
        *_database_problems(),
        *_option_problems(),
    ]


def _json_problems() -> Iterator[CheckMessage]:
    if getattr(settings, "RQ", {}).get("JOB_CLASS") != JOB_CLASS:
        yield Error(
            "RQ jobs would be pickled: RQ['JOB_CLASS'] is not the JSON job class.",
            hint=f"Set RQ = {{'JOB_CLASS': '{JOB_CLASS}'}}.",
            id="ostinato_schedules.E001",
        )
    for name, queue in settings.RQ_QUEUES.items():
        if queue.get("SERIALIZER") != SERIALIZER:
            yield Error(
                f"The queue {name!r} would pickle its jobs.",
                hint=f"Set RQ_QUEUES[{name!r}]['SERIALIZER'] = '{SERIALIZER}'.",
                id="ostinato_schedules.E002",
            )


def _order_problems() -> Iterator[CheckMessage]:
    names = [config.name for config in apps.get_app_configs()]
    if "django_rq" not in names:
        yield Error(
            "django_rq is not installed as an app: nothing could be sent to the workers.",
            hint="Add 'django_rq' to INSTALLED_APPS, after 'schedules'.",
            id="ostinato_schedules.E007",
        )
    elif names.index("schedules") > names.index("django_rq"):
        yield Error(
            "`manage.py rqscheduler` would run the command of django-rq, which loses ticks if it crashes.",
            hint="Put 'schedules' before 'django_rq' in INSTALLED_APPS.",
            id="ostinato_schedules.E003",
        )


def _time_problems() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is False: stored times would not be in UTC.",
            hint="Set USE_TZ = True.",
            id="ostinato_schedules.E004",
        )
    if os.environ.get("PYTHONTZPATH") != "":
        yield Error(
            "Time zones would come from the possibly outdated database of this machine.",
            hint="Unset PYTHONTZPATH in the environment, or set it to ''.",
            id="ostinato_schedules.E005",
        )


def _option_problems() -> Iterator[CheckMessage]:
    for problem, remedy in problems():
        yield Error(problem, hint=remedy, id="ostinato_schedules.E006")


def _database_problems() -> Iterator[CheckMessage]:
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
        yield Warning(
            "SQLite would fail with 'database is locked' under load.",
            hint="Set OPTIONS['transaction_mode'] = 'IMMEDIATE' for the database.",
            id="ostinato_schedules.W001",
        )
