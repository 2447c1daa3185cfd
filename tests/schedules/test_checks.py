"""Settings that would lose or pickle jobs are refused when a command starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError

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
        ("INSTALLED_APPS", site.INSTALLED_APPS[::-1], "ostinato_schedules.E003"),
        ("USE_TZ", False, "ostinato_schedules.E004"),
        ("RUNS_KEPT_DAYS", 1_000_000, "ostinato_schedules.E006"),
        ("RUNS_KEPT_AT_LEAST", -1, "ostinato_schedules.E006"),
        ("MAX_OPEN_RUNS", -1, "ostinato_schedules.E007"),
        ("MAX_OPEN_RUNS", 100_001, "ostinato_schedules.E007"),
    ],
)
def test_a_setting_that_would_do_harm_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any, problem: str
) -> None:
    monkeypatch.setattr(site, name, value)
    assert problem in problems()


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
