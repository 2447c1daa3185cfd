"""System checks: settings that would lose jobs, or fire them at wrong times."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection
from django.db.models import CompositePrimaryKey

from schedules.queue_checks import command_problems, queue_problems
from schedules.services.keyed.site import models_of_objects
from workflows.kit.conf import problems

# Schedulers and workers run only the checks with this tag when they start, because Django's
# own checks would load every page of the site. `up`, `migrate` and `check` run all of them.
TAG = "ostinato_schedules"


@register(TAG)
def check_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The problems with the settings that this app depends on, each with its remedy."""
    return [
        *_app_problems(),
        *queue_problems(),
        *command_problems(),
        *_time_problems(),
        *_database_problems(),
        *_option_problems(),
        *_object_problems(),
    ]


def _app_problems() -> Iterator[CheckMessage]:
    if not apps.is_installed("django_rq"):
        yield Error(
            "django_rq is not installed as an app: nothing could be sent to the workers.",
            hint="Add 'django_rq' to INSTALLED_APPS.",
            id="ostinato_schedules.E007",
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


def _object_problems() -> Iterator[CheckMessage]:
    """`OSTINATO["OBJECTS"]`: the models whose objects schedules may be for."""
    for label in models_of_objects():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            yield Error(
                f"OSTINATO['OBJECTS'] names {label!r}, which is no model of this project.",
                hint="Give the label of an installed model, such as 'billing.Invoice'.",
                id="ostinato_schedules.E008",
            )
            continue
        if isinstance(model._meta.pk, CompositePrimaryKey) or model._meta.proxy:
            yield Error(
                f"OSTINATO['OBJECTS'] names {label!r}, which schedules cannot refer to.",
                hint="Give a model with a primary key of one column; instead of a proxy, "
                "the model that it is for.",
                id="ostinato_schedules.E008",
            )


def _database_problems() -> Iterator[CheckMessage]:
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
        yield Warning(
            "SQLite would fail with 'database is locked' under load.",
            hint="Set OPTIONS['transaction_mode'] = 'IMMEDIATE' for the database.",
            id="ostinato_schedules.W001",
        )
