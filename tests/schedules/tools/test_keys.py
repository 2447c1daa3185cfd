"""The same idempotency_key again: one schedule, and a model that knows it."""

from __future__ import annotations

import pytest

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule, fire_due
from tests.schedules.conftest import NOON
from tests.schedules.services.agents.conftest import DAY
from tests.schedules.tools.test_tools import good
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = "2026-11-23T12:00:00+00:00"
NOTHING = f"""Nothing was created: an agent used this idempotency_key at {AT} \
to create this schedule, which is"""


def test_the_same_key_returns_the_same_schedule_with_a_note(create):
    asked = {"idempotency_key": "k", "start_at": "2027-01-01T09:00", "max_runs": 3}
    first, second = (good(create(**asked)) for _ in range(2))
    assert first["id"] == second["id"]
    assert ScheduledJob.objects.count() == 1
    assert (first["notes"], second["notes"]) == ([], [f"{NOTHING} active."])


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("fields", "differs"),
    [
        ({"name": "other"}, "name"),
        (
            {"interval_seconds": 7200, "payload": {"a": 1}},
            "interval_seconds, payload",
        ),
        ({"cron_expression": "@daily"}, "cron_expression"),
        ({"max_runs": 5}, "max_runs"),
        ({"timezone": "Asia/Tokyo", "end_at": "2027-01-01"}, "timezone, end_at"),
    ],
)
def test_differences_from_the_request_are_named(create, fields, differs):
    good(create(idempotency_key="k"))
    again = good(create(idempotency_key="k", **fields))
    assert again["notes"][0] == f"{NOTHING} active."
    assert again["notes"][1].startswith(f"It differs from this request in {differs}")


def test_a_request_without_the_earlier_limit_differs(create):
    good(create(idempotency_key="k", max_runs=2))
    again = good(create(idempotency_key="k"))
    assert "this request in max_runs." in again["notes"][1]


def test_a_schedule_that_has_stopped_meanwhile_is_noted(create):
    good(create(idempotency_key="k", run_at="2026-11-24T12:00+00:00"))
    fire_due(NOON + DAY)
    again = good(create(idempotency_key="k", run_at="2026-11-24T12:00+00:00"))
    assert again["notes"] == [f"{NOTHING} stopped."]


def test_a_key_that_a_person_used_is_noted(create, workflow: Workflow):
    person = Actor.person(workflow.owner)
    fields = {"name": "job", "workflow": workflow, "interval_seconds": 3600}
    create_schedule(fields, actor=person, now=NOON, idempotency_key="k")
    again = good(create(idempotency_key="k"))
    told = f"{NOTHING} active.".replace("an agent", "a person")
    assert (again["created_by"], again["notes"]) == ("user", [told])
