"""System checks: settings under which jobs would be pickled, lost or fired at wrong times."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection

from schedules.limits import MOST_OPEN_RUNS

JOB_CLASS = "workflows.execution.queue.JSONJob"
SERIALIZER = "rq.serializers.JSONSerializer"
# The checks that schedulers and workers make when they start. Django's own would load every
# page of the site into them; `up`, `migrate` and `check` make all.
TAG = "ostinato_schedules"
MOST_DAYS = 36_500
MOST_RUNS = 1_000_000


@register(TAG)
def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every fault of the settings that this app depends on, each with its remedy."""
    return [
        *_json_problems(),
        *_order_problems(),
        *_time_problems(),
        *_database_problems(),
        *_retention_problems(),
        *_open_runs_problems(),
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
    apps = list(settings.INSTALLED_APPS)
    if apps.index("schedules") > apps.index("django_rq"):
        yield Error(
            "`manage.py rqscheduler` would be django-rq's: it loses ticks when it crashes.",
            hint="Put 'schedules' before 'django_rq' in INSTALLED_APPS.",
            id="ostinato_schedules.E003",
        )


def _time_problems() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "Without USE_TZ, stored times are not UTC.",
            hint="Set USE_TZ = True.",
            id="ostinato_schedules.E004",
        )
    if os.environ.get("PYTHONTZPATH") != "":
        yield Error(
            "Time zones would come from this machine's own, possibly outdated database.",
            hint="Set PYTHONTZPATH='' in the environment, or first thing in the settings.",
            id="ostinato_schedules.E005",
        )


def _retention_problems() -> Iterator[CheckMessage]:
    for name, most in (
        ("RUNS_KEPT_DAYS", MOST_DAYS),
        ("RUNS_KEPT_AT_LEAST", MOST_RUNS),
    ):
        if not 0 <= getattr(settings, name) <= most:
            yield Error(
                f"{name} is {getattr(settings, name)}: pruning could not work.",
                hint=f"Set {name} to a number from 0 to {most}.",
                id="ostinato_schedules.E006",
            )


def _open_runs_problems() -> Iterator[CheckMessage]:
    if not 0 <= settings.MAX_OPEN_RUNS <= MOST_OPEN_RUNS:
        yield Error(
            f"MAX_OPEN_RUNS is {settings.MAX_OPEN_RUNS}: no schedule could be made.",
            hint=f"Set MAX_OPEN_RUNS to a number from 0 (no limit) to {MOST_OPEN_RUNS}.",
            id="ostinato_schedules.E007",
        )


def _database_problems() -> Iterator[CheckMessage]:
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
        yield Warning(
            "Under load SQLite would answer 'database is locked'.",
            hint="Set OPTIONS['transaction_mode'] = 'IMMEDIATE' for the database.",
            id="ostinato_schedules.W001",
        )
