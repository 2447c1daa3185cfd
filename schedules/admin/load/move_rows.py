"""The suggested moves as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.admin.load.applying import Chosen
from schedules.services.insight.load.suggestion import Suggested
from schedules.timing import CronTiming, IntervalTiming, Timing
from workflows.display.times import local, moment, time_html
from workflows.kit.users import full_name


@dataclass(frozen=True, slots=True)
class MoveRow:
    """`value`: what the form sends if the row is ticked."""

    id: UUID
    name: str
    owner: str
    value: str
    at: SafeString
    then: SafeString
    before: str
    after: str
    next_at: datetime | None
    next_then: datetime | None


def move_row(each: Suggested, zone: str, now: datetime) -> MoveRow:
    schedule = each.schedule
    return MoveRow(
        id=schedule.pk,
        name=schedule.name,
        owner=full_name(schedule.owner),
        value=str(Chosen(schedule.pk, each.move.minutes, schedule.version)),
        at=_clock(each.at, zone),
        then=_clock(each.then, zone),
        before=_setting(schedule.timing, schedule.timezone, now),
        after=_setting(each.move.timing, schedule.timezone, now),
        next_at=schedule.next_run_at,
        next_then=each.next_then,
    )


def _clock(at: datetime, zone: str) -> SafeString:
    there = local(at, zone)
    return time_html(at, f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}")


def _setting(timing: Timing, zone: str, now: datetime) -> str:
    """The setting that a move changes, on the clock of the schedule."""
    if isinstance(timing, CronTiming):
        return timing.expression
    assert isinstance(timing, IntervalTiming)
    return _("counted from {}").format(moment(timing.anchor_at, zone, now))
