"""An agent of Alice's, asked of the services: so for every door that agents come by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.exceptions import AgentRefused
from schedules.models import (
    ScheduledJob,
    ScheduleEvent,
    UserProfile,
)
from schedules.services import (
    Actor,
    create_schedule,
)
from tests.schedules.conftest import NOON
from workflows.models import Workflow

DAY = timedelta(days=1)
LATEST = NOON + 90 * DAY
Propose = Callable[..., ScheduledJob]


@pytest.fixture
def agent(alice: User) -> Actor:
    return Actor.agent(alice)


@pytest.fixture
def by_agent(workflow: Workflow, agent: Actor) -> Propose:
    """What an agent of Alice's creates at noon: hourly unless told otherwise."""

    def make(
        actor: Actor = agent, *, now: datetime = NOON, **fields: Any
    ) -> ScheduledJob:
        fields = {"name": "agent's", "workflow": workflow} | fields
        if not fields.keys() & {"cron_expression", "run_at", "interval_seconds"}:
            fields["interval_seconds"] = 3600
        return create_schedule(fields, actor=actor, now=now)

    return make


def allow(user: User, **limits: Any) -> None:
    UserProfile.objects.update_or_create(user=user, defaults=limits)


def refusal(call: Callable[[], Any]) -> AgentRefused:
    """How an agent's call is refused; nothing is written then."""
    before = [model.objects.count() for model in (ScheduledJob, ScheduleEvent)]
    with pytest.raises(AgentRefused) as refused:
        call()
    after = [model.objects.count() for model in (ScheduledJob, ScheduleEvent)]
    assert before == after
    return refused.value
