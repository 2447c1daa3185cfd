"""Settings that would lose or pickle jobs are refused when a command starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.test import override_settings

pytestmark = pytest.mark.django_db


def problems() -> set[str]:
    return {
        str(problem.id)
        for problem in run_checks()
        if str(problem.id).startswith("ostinato_sched")
    }


def test_a_scheduler_fills_no_queue_but_that_of_the_runs() -> None:
    with pytest.raises(CommandError, match="must be 'workflows'"):
        call_command("rqscheduler", queue="other")


def test_the_site_as_it_is_has_no_problem() -> None:
    assert problems() == set()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("RQ", {}, "ostinato_schedules.E001"),
        (
            "RQ_QUEUES",
            {"workflows": {"URL": "redis://127.0.0.1"}},
            "ostinato_schedules.E002",
        ),
        ("USE_TZ", False, "ostinato_schedules.E004"),
    ],
)
def test_a_setting_that_would_do_harm_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any, problem: str
) -> None:
    monkeypatch.setattr(site, name, value)
    assert problem in problems()


@pytest.mark.parametrize(
    ("apps", "problem"),
    [
        (site.INSTALLED_APPS[::-1], {"ostinato_schedules.E003"}),
        (
            [a for a in site.INSTALLED_APPS if a != "django_rq"],
            {"ostinato_schedules.E007"},
        ),
        (
            [
                {"schedules": "schedules.apps.SchedulesConfig"}.get(a, a)
                for a in site.INSTALLED_APPS
            ],
            set(),
        ),
    ],
)
def test_the_apps_are_there_and_in_order(apps: list[str], problem: set[str]) -> None:
    with override_settings(INSTALLED_APPS=apps):
        assert problems() == problem


def test_zones_of_the_machine_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", "/usr/share/zoneinfo")
    assert problems() == {"ostinato_schedules.E005"}


@pytest.mark.parametrize("name", ["rqscheduler", "rqworker"])
def test_schedulers_and_workers_make_these_checks_when_they_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(site, "USE_TZ", False)
    with pytest.raises(SystemCheckError, match=r"schedules\.E004"):
        call_command(name, skip_checks=False)
