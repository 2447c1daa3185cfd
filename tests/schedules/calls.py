"""Functions that schedules of the tests call, and Alice, who may have them called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule, update_schedule
from tests.permissions import CALLS, allow
from tests.schedules.policies import NOON
from workflows.callables import declarations, schedulable

REMIND = f"{__name__}.remind"
TIDY = f"{__name__}.tidy"


def remind(customer: str, days: int = 14, since: date | None = None) -> str:
    """Send a reminder."""
    return f"{customer} after {days} days since {since}"


def tidy() -> None:
    """Tidy up."""


def declare() -> None:
    """Only these are callable, beside the management commands."""
    declarations.by_name.clear()
    schedulable(agents=True)(remind)
    schedulable(tidy)


@pytest.fixture
def callables() -> None:
    declare()


@pytest.fixture
def alice(alice: User, callables: None) -> User:
    return allow(alice, *CALLS)


def create(
    owner: User, call: Any = REMIND, now: datetime = NOON, **fields: Any
) -> ScheduledJob:
    """A schedule of the owner's that calls, every minute unless told otherwise."""
    given = {"name": "job", "call": call, "arguments": ARGUMENTS.get(call, {})}
    given |= {} if "run_at" in fields else {"interval_seconds": 60}
    wanted = given | fields
    return create_schedule(wanted, actor=Actor.person(owner), now=now)


ARGUMENTS: dict[str, dict[str, Any]] = {REMIND: {"customer": "Ada"}, TIDY: {}}


def changer(schedule: ScheduledJob) -> Callable[..., ScheduledJob]:
    """Changes the schedule as its owner does."""

    def change(**fields: Any) -> ScheduledJob:
        actor = Actor.person(schedule.owner)
        update_schedule(schedule.pk, fields, actor=actor, now=NOON)
        schedule.refresh_from_db()
        return schedule

    return change
