"""Bulk actions of Alice, half a minute past noon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import BulkAction, ScheduledJob
from schedules.services import Actor
from schedules.services.bulk_actions import carrying_out
from tests.schedules.conftest import NOON

LATER = NOON + timedelta(minutes=5, seconds=30)
Ask = Callable[..., BulkAction]


@pytest.fixture
def ask(alice: User) -> Ask:
    """A bulk action on these schedules (all there are if none is given), not confirmed."""

    def make(verb: str, *schedules: ScheduledJob, user: User = alice) -> BulkAction:
        chosen = ScheduledJob.objects.order_by("name", "pk")
        if schedules:
            chosen = chosen.filter(pk__in=[each.pk for each in schedules])
        return carrying_out.ask(verb, chosen, user=user, now=LATER)

    return make


def confirm(action: BulkAction, *, note: str = "", **options: Any) -> BulkAction:
    assert carrying_out.confirm(action, note=note, options=options, now=LATER)
    action.refresh_from_db()
    return action


def carry_on(action: BulkAction, user: User | None = None) -> BulkAction:
    """One slice, and the action as it is then."""
    actor = Actor.person(user or User.objects.get(pk=action.user_id))
    carrying_out.carry_on(action, actor=actor, now=LATER)
    action.refresh_from_db()
    return action


def carry_out(action: BulkAction, *, note: str = "", **options: Any) -> BulkAction:
    """Confirm it and carry out all of it."""
    confirm(action, note=note, **options)
    while action.is_unfinished:
        carry_on(action)
    return action


def outcomes(action: BulkAction) -> dict[str, tuple[str, str]]:
    rows = action.items.values_list("schedule_name", "outcome", "reason")
    return {name: (outcome, reason) for name, outcome, reason in rows}
