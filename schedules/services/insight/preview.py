"""Preview: the next ticks of a timing, to check it before it is saved or resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, Status
from schedules.policy.types import MICROSECOND
from schedules.services.actor import Actor
from schedules.services.drafts.draft import apply_fields, check_draft, check_first_tick
from schedules.services.due import rules_of
from schedules.services.insight.sentences import timing_text
from schedules.services.ledger.early import early_ticks
from schedules.timing import OnceTiming, TimingError, zones

MOST_TICKS = 500
NOT_ABOUT_TIME = ("name", "workflow", "trigger_node")


@dataclass(frozen=True, slots=True)
class PreviewTick:
    """One tick. `scheduled_for` is its nominal time in UTC, `local` the same instant in the
    schedule's zone, and `due_at` the time at which it fires, including jitter (UTC)."""

    scheduled_for: datetime
    local: datetime
    due_at: datetime
    moved_by_gap: bool
    first_of_two: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """`text` describes the timing. There are fewer ticks than requested if no more are left."""

    text: str
    timezone: str
    ticks: list[PreviewTick] = field(default_factory=list)


def preview_schedule(schedule: ScheduledJob, *, count: int, now: datetime) -> Preview:
    """The next `count` ticks after `now`; of a paused schedule, as if it were resumed now.

    Raises `InvalidSchedule` if its timing is no longer valid.
    """
    after = now
    if schedule.status == Status.ACTIVE and schedule.next_tick_at is not None:
        # The ledger may be ahead of the clock: the ticks in it do not fire again.
        after = max(now, schedule.next_tick_at - MICROSECOND)
    try:
        return _preview(schedule, count=count, after=after)
    except TimingError as error:
        raise InvalidSchedule(errors={error.field: [str(error)]}) from error


def preview_fields(
    fields: Mapping[str, Any], *, count: int, actor: Actor, now: datetime
) -> Preview:
    """The next `count` ticks of a schedule created from `fields` at `now`. Writes nothing.

    Raises `InvalidSchedule` for every problem with the timing that `create_schedule` would
    refuse.
    """
    draft = ScheduledJob(owner=actor.user, created_at=now, updated_at=now)
    apply_fields(draft, fields, now=now)
    found = check_draft(draft, ignoring=NOT_ABOUT_TIME)
    check_first_tick(draft, found, after=now)
    previewed = _preview(draft, count=count, after=now)
    requested = fields.get("run_at")
    if requested is not None and requested.tzinfo is None:
        return _marked(previewed, requested.replace(microsecond=0))
    return previewed


def _marked(previewed: Preview, requested: datetime) -> Preview:
    """Mark a one-off whose local time the clock skips: it runs when the gap ends. A saved
    schedule has only the instant, so the requested local time is known only here."""
    ticks = [
        replace(tick, moved_by_gap=tick.local.replace(tzinfo=None, fold=0) != requested)
        for tick in previewed.ticks
    ]
    return replace(previewed, ticks=ticks)


def _preview(schedule: ScheduledJob, *, count: int, after: datetime) -> Preview:
    rules = rules_of(schedule)
    most = count if rules.runs_left is None else min(count, rules.runs_left)
    if schedule.status == Status.STOPPED:
        most = 0
    early = early_ticks(schedule)
    ticks = timing.between(rules.timing, after, zones.LATEST, most + len(early))
    left = [tick for tick in ticks if tick not in early][:most]
    return Preview(
        text=timing_text(rules.timing, schedule.timezone),
        timezone=schedule.timezone,
        ticks=[_tick(schedule, tick, rules.due_at(tick)) for tick in left],
    )


def _tick(schedule: ScheduledJob, tick: datetime, due_at: datetime) -> PreviewTick:
    note: str | None = timing.occurrence_note(schedule.timing, tick)
    if isinstance(schedule.timing, OnceTiming) and zones.is_repeated(
        schedule.timezone, tick
    ):
        note = "first_of_two"
    return PreviewTick(
        scheduled_for=tick,
        local=zones.local_time(tick, schedule.timezone),
        due_at=due_at,
        moved_by_gap=note == "moved_by_gap",
        first_of_two=note == "first_of_two",
    )
