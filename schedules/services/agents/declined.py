"""What people have declined lately, so that the agents that had proposed it learn why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from schedules.models import DECISIONS, ActorKind, EventVerb, ScheduleEvent

if TYPE_CHECKING:
    from workflows.kit.users import User

SHOWN_FOR = timedelta(days=30)


def declined(user: User, *, now: datetime) -> QuerySet[ScheduleEvent]:
    """The events of the proposals that agents had made for `user`, newest first."""
    lately = ScheduleEvent.objects.filter(
        DECISIONS, verb=EventVerb.DECLINE, created_at__gt=now - SHOWN_FOR
    )
    proposed = ScheduleEvent.objects.filter(
        schedule=OuterRef("schedule"),
        verb=EventVerb.CREATE,
        actor_kind=ActorKind.AGENT,
        actor=user,
    )
    return lately.filter(Exists(proposed))
