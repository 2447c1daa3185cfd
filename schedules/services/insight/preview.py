"""Preview: the next ticks of a timing, to check it before it is saved or resumed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from copy import copy
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


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """The next ticks of a schedule as it is, and as it would be. `before` is None if the
    timing that it has is no longer valid."""

    before: Preview | None
    after: Preview
    draft: ScheduledJob


def preview_schedule(schedule: ScheduledJob, *, count: int, now: datetime) -> Preview:
    """The next `count` ticks after `now`; of a paused schedule, as if it were resumed now.

    Raises `InvalidSchedule` if its timing is no longer valid.
    """
    after = now
    if schedule.status == Status.ACTIVE and schedule.next_tick_at is not None:
        # The ledger may be ahead of the clock: the ticks in it do not fire again.
        after = max(now, schedule.next_tick_at - MICROSECOND)
    try:
        # One that has ended has no ticks left. (A new timing would revive it.)
        count = 0 if schedule.status == Status.STOPPED else count
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
    return preview_draft(fields, count=count, actor=actor, now=now).after


def preview_draft(
    fields: Mapping[str, Any], *, count: int, actor: Actor, now: datetime
) -> PreviewedChange:
    """The same, with the draft: a change from nothing."""
    draft = ScheduledJob(owner=actor.user, created_at=now, updated_at=now)
    apply_fields(draft, fields, now=now)
    found = check_draft(draft, ignoring=NOT_ABOUT_TIME)
    check_first_tick(draft, found, after=now)
    previewed = _preview(draft, count=count, after=now)
    return PreviewedChange(None, _as_requested(previewed, fields), draft)


def preview_change(
    schedule: ScheduledJob, fields: Mapping[str, Any], *, count: int, now: datetime
) -> PreviewedChange:
    """What a change of `fields` at `now` would do to the next ticks. Writes nothing.

    Raises `InvalidSchedule` for every problem with the timing that `update_schedule` would
    refuse.
    """
    before = None
    with suppress(InvalidSchedule):
        before = preview_schedule(schedule, count=count, now=now)
    draft = copy(schedule)
    apply_fields(draft, fields, now=now)
    found = check_draft(draft, ignoring=NOT_ABOUT_TIME, had=schedule.cron_expression)
    check_first_tick(draft, found, after=now)
    if before is not None and _is_kept(schedule, draft):
        same = preview_schedule(draft, count=count, now=now)
        return PreviewedChange(before, same, draft)
    after = _preview(draft, count=count, after=now)
    return PreviewedChange(before, _as_requested(after, fields), draft)


def _is_kept(schedule: ScheduledJob, draft: ScheduledJob) -> bool:
    """Whether the draft has the same ticks."""
    return draft.timing == schedule.timing and draft.max_runs == schedule.max_runs


def _as_requested(previewed: Preview, fields: Mapping[str, Any]) -> Preview:
    """Mark a one-off whose local time the clock skips: it runs when the gap ends. A saved
    schedule has only the instant, so the requested local time is known only here."""
    requested = fields.get("run_at")
    if requested is None or requested.tzinfo is not None:
        return previewed
    requested = requested.replace(microsecond=0)
    ticks = [
        replace(tick, moved_by_gap=tick.local.replace(tzinfo=None, fold=0) != requested)
        for tick in previewed.ticks
    ]
    return replace(previewed, ticks=ticks)


def _preview(schedule: ScheduledJob, *, count: int, after: datetime) -> Preview:
    rules = rules_of(schedule)
    most = count if rules.runs_left is None else min(count, rules.runs_left)
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
