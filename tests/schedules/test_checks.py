"""Settings that would lose jobs are refused when a command starts."""

from __future__ import annotations

import zoneinfo
from typing import Any

import pytest
from django.conf import settings as site
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from schedules import checks, queue_checks
from schedules.queue_checks import queue_problems

pytestmark = pytest.mark.django_db
LOCAL = {"HOST": "localhost", "PORT": 6379}


def problems() -> set[str]:
    return {
        str(problem.id)
        for problem in run_checks()
        if str(problem.id).startswith("ostinato_sched")
    }


def test_the_site_as_it_is_has_no_problem() -> None:
    assert problems() == set()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
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
        # Django forgets here that our commands took the place of those of django-rq.
        (site.INSTALLED_APPS[::-1], {"ostinato_schedules.E003"}),
        (
            [a for a in site.INSTALLED_APPS if a != "django_rq"],
            {"ostinato_schedules.W006"},
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
def test_the_apps_are_there_and_their_commands_are_ours(
    apps: list[str], problem: set[str]
) -> None:
    with override_settings(INSTALLED_APPS=apps):
        assert problems() == problem


def test_rq_as_it_comes_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "RQ", {})
    monkeypatch.setattr(site, "RQ_QUEUES", {"default": LOCAL, "high": LOCAL})
    assert problems() == set()


@pytest.mark.parametrize(
    ("queues", "said"),
    [
        (None, "RQ_QUEUES is missing: there is no queue for the runs."),
        ({}, "RQ_QUEUES is missing: there is no queue for the runs."),
        (
            {"high": LOCAL},
            "RQ_QUEUES has no queue 'nightly', which is that of the runs.",
        ),
        ({"nightly": {}}, "'HOST' is missing"),
        ({"nightly": {"HOST": "localhost"}}, "'PORT' is missing"),
        ({"nightly": {"SENTINELS": [("h", 1)]}}, "'MASTER_NAME' is missing"),
        ({"nightly": {"URL": "http://h"}}, "following schemes"),
        ({"nightly": LOCAL | {"REDIS_CLIENT_KWARGS": {"sped": 9}}}, "'sped'"),
        ({"nightly": {"USE_REDIS_CACHE": "fast"}}, "'fast' doesn't exist"),
    ],
)
def test_a_queue_that_leads_nowhere_is_named(
    monkeypatch: pytest.MonkeyPatch, queues: object, said: str
) -> None:
    monkeypatch.setitem(site.OSTINATO, "QUEUE", "nightly")
    if queues is None:
        monkeypatch.delattr(site, "RQ_QUEUES")
    else:
        monkeypatch.setattr(site, "RQ_QUEUES", queues)
    (problem,) = queue_problems()
    assert said in problem.msg
    assert "\n" not in problem.msg
    assert problem.hint
    for name in ("rqscheduler", "rqworker"):
        with pytest.raises(SystemCheckError, match=str(problem.id)):
            call_command(name, skip_checks=False)


@pytest.mark.parametrize("app", ["django_rq", "core"])
def test_a_command_that_would_take_the_place_of_ours_is_named(
    monkeypatch: pytest.MonkeyPatch, app: str
) -> None:
    commands = {"rqscheduler": "schedules", "rqworker": app}
    monkeypatch.setattr(queue_checks, "get_commands", lambda: commands)
    (problem,) = queue_checks.command_problems()
    assert f"`manage.py rqworker` is the command of {app}" in problem.msg
    assert f"Put 'schedules' before '{app}'" in str(problem.hint)
    assert problem.is_serious() is (app == "django_rq")


def test_zones_of_the_machine_are_refused() -> None:
    zoneinfo.reset_tzpath(to=["/usr/share/zoneinfo"])
    try:
        assert problems() == {"ostinato_schedules.E005"}
    finally:
        zoneinfo.reset_tzpath(to=[])


@pytest.mark.parametrize(
    ("left_out", "found"),
    [
        ("triggers", {"ostinato_schedules.E014"}),
        ("platform_site", {"ostinato_schedules.E015"}),
        ("drf_spectacular", {"ostinato_schedules.W005"}),
        ("django_rq", {"ostinato_schedules.W006"}),
        ("rest_framework", set()),
        ("django_filters", set()),
    ],
)
def test_an_app_that_is_needed_is_named(
    monkeypatch: pytest.MonkeyPatch, left_out: str, found: set[str]
) -> None:
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name != left_out)
    assert {each.id for each in checks.check_settings(None)} == found


def test_a_time_zone_that_no_schedule_may_have_is_named(settings) -> None:
    settings.TIME_ZONE = "posix/Europe/Berlin"
    assert problems() == {"ostinato_schedules.W004"}


@pytest.mark.parametrize("name", ["rqscheduler", "rqworker"])
def test_schedulers_and_workers_make_these_checks_when_they_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(site, "USE_TZ", False)
    with pytest.raises(SystemCheckError, match=r"schedules\.E004"):
        call_command(name, skip_checks=False)
