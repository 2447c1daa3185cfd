"""A Task that runs on its own backend: enqueued once, its result followed to the end. The
backend is django-tasks-db, its worker the real one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from redis import Redis

from schedules.exceptions import InvalidSchedule
from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledRun
from schedules.services import fire_due
from schedules.services.runs import handed_over
from schedules.services.runs.handed_over import poll_handed_over
from tests.integration import own_backend
from tests.permissions import CALLS, allow
from tests.schedules.conftest import MakeSchedule
from workflows.kit.users import User
from workflows.models import NodeRun
from workflows.registry import registry

pytestmark = pytest.mark.django_db(transaction=True)
HERE = own_backend.__name__


@pytest.fixture
def opened(ostinato: Any, alice: User) -> None:
    """All of the module may be called, by Alice."""
    ostinato(CALLABLES=[f"{HERE}.*"])
    allow(alice, *CALLS)


def executed(make_schedule: MakeSchedule, name: str, **arguments: Any) -> ScheduledRun:
    """A run whose node has handed over to the backend of the task."""
    now = timezone.now()
    make_schedule(
        now=now - timedelta(seconds=61),
        workflow=None,
        call=f"{HERE}.{name}",
        arguments=arguments,
        run_on="backend",
    )
    fire_due(now)
    run = ScheduledRun.objects.get()
    execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.id), 1
    )
    run.refresh_from_db()
    return run


def work() -> None:
    """Let the backend's own worker run what is enqueued."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


@pytest.mark.both_databases
def test_its_value_is_the_output_of_the_run(
    redis: Redis, make_schedule: MakeSchedule, opened: None
) -> None:
    run = executed(make_schedule, "add", first=40)
    (enqueued,) = DBTaskResult.objects.all()
    assert (run.status, run.task_result_id) == ("running", str(enqueued.id))
    assert poll_handed_over(timezone.now()) == 0
    work()
    assert poll_handed_over(timezone.now()) == 1
    run.refresh_from_db()
    assert run.status == "succeeded"
    assert NodeRun.objects.get(component_type="call_function").output == 42
    assert DBTaskResult.objects.count() == 1


def test_its_exception_is_the_error_of_the_run(
    redis: Redis, make_schedule: MakeSchedule, opened: None
) -> None:
    run = executed(make_schedule, "fail")
    work()
    poll_handed_over(timezone.now())
    run.refresh_from_db()
    assert (run.status, run.failure_kind) == ("failed", "node")
    assert run.error == "The task failed. LookupError: nobody is there"


@pytest.mark.both_databases
def test_what_the_backend_does_not_know_any_more_is_lost(
    redis: Redis, make_schedule: MakeSchedule, opened: None
) -> None:
    run = executed(make_schedule, "add", first=1)
    DBTaskResult.objects.all().delete()
    poll_handed_over(timezone.now())
    run.refresh_from_db()
    assert (run.status, run.failure_kind) == ("failed", "lost")


def test_nothing_is_enqueued_if_its_id_cannot_be_put_on_record(
    redis: Redis,
    make_schedule: MakeSchedule,
    opened: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        handed_over, "claimed_run", lambda *_: ScheduledRun.objects.none()
    )
    run = executed(make_schedule, "add", first=1)
    assert run.status == "failed"
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("plain", "is no task"),
        ("at_once", 'The backend "immediate" of the task keeps no results'),
        (
            "on",
            "A backend passes on plain JSON only, but the task takes other values: day",
        ),
        ("paint", "but the task takes other values: colour, shades."),
    ],
)
def test_what_cannot_be_followed_on_a_backend_is_refused(
    make_schedule: MakeSchedule, opened: None, name: str, why: str
) -> None:
    component = registry.components["call_function"]
    config = {"function": f"{HERE}.{name}", "run_on": "backend"}
    assert why in dict(component.check(config))["run_on"]
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(workflow=None, call=f"{HERE}.{name}", run_on="backend")
    assert why in refused.value.errors["run_on"][0]


def test_a_text_that_speaks_of_formats_is_plain_json(
    make_schedule: MakeSchedule, opened: None
) -> None:
    made = make_schedule(workflow=None, call=f"{HERE}.write", run_on="backend")
    assert made.run_on == "backend"
