"""System checks: settings that would lose jobs, or fire them at wrong times."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection
from django.db.models import CompositePrimaryKey

from schedules.queue_checks import command_problems, queue_problems
from schedules.services.keyed.site import models_of_objects
from schedules.timing.zones import timezone_names
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
        *queue_problems(),
        *command_problems(),
        *_app_problems(),
        *_time_problems(),
        *_database_problems(),
        *_option_problems(),
        *_object_problems(),
    ]


def _app_problems() -> Iterator[CheckMessage]:
    """Apps that have to be in INSTALLED_APPS, however they are written there. REST framework
    and django-filter need not be there for us."""
    if not apps.is_installed("triggers"):
        yield Error(
            "The app 'triggers' is not installed: no run could start.",
            hint="Add 'triggers' to INSTALLED_APPS.",
            id="ostinato_schedules.E014",
        )
    if not apps.is_installed("platform_site"):
        yield Error(
            "The app 'platform_site' is not installed: our pages lack their templates.",
            hint="Add 'platform_site' to INSTALLED_APPS.",
            id="ostinato_schedules.E015",
        )
    if not apps.is_installed("django_rq"):
        yield Warning(
            "The app 'django_rq' is not installed: its pages of queues and jobs are missing "
            "from the admin. Runs do not need them.",
            hint="Add 'django_rq' to INSTALLED_APPS.",
            id="ostinato_schedules.W006",
        )
    if not apps.is_installed("drf_spectacular"):
        yield Warning(
            "The app 'drf_spectacular' is not installed: the page api/docs/ would fail.",
            hint="Add 'drf_spectacular' to INSTALLED_APPS.",
            id="ostinato_schedules.W005",
        )


def _time_problems() -> Iterator[CheckMessage]:
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is False: stored times would not be in UTC.",
            hint="Set USE_TZ = True.",
            id="ostinato_schedules.E004",
        )
    if zoneinfo.TZPATH:
        yield Error(
            "Time zones would come from the possibly outdated database of this machine: "
            "zoneinfo.reset_tzpath() was called after the import of our apps.",
            hint="Remove that call, or give it to=[]; the package tzdata has all zones.",
            id="ostinato_schedules.E005",
        )
    if settings.TIME_ZONE not in timezone_names():
        yield Warning(
            f"TIME_ZONE is {settings.TIME_ZONE!r}, which is no zone of the package tzdata: "
            "schedules without a zone of their own would be refused.",
            hint="Set TIME_ZONE to an IANA time zone, such as 'Europe/Berlin' or 'UTC'.",
            id="ostinato_schedules.W004",
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
            hint="Set DATABASES['default']['OPTIONS'] = {'transaction_mode': 'IMMEDIATE', 'timeout': 20}, or use PostgreSQL.",
            id="ostinato_schedules.W001",
        )
