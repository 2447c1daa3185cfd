"""From what code wants to what will be written: decided and checked before anything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schedules.declared.results import Kept, Outcome, Upserted
from schedules.exceptions import InvalidSchedule
from schedules.models import ActorKind, ScheduledJob, Status
from schedules.rq.messages import alarm_id
from schedules.services.drafts.draft import apply_fields, check_draft, check_first_tick
from schedules.services.drafts.fields import TIMING_FIELDS
from schedules.services.drafts.snapshot import changes, same, snapshot
from schedules.services.keyed.merging import WHEN, Merged, merge, written
from schedules.services.keyed.wanted import Wanted
from schedules.services.update import must_start, refuse_max_runs_reached
from schedules.timing import TimingError, next_after

TIMING = frozenset(TIMING_FIELDS)
KEY_TAKEN = "This key belongs to a schedule of another owner: give another key, or the same owner."


@dataclass(slots=True)
class Plan:
    """What will become of one schedule. `row` is as it was read, None for a new one; `draft`
    as it will be, with its first `tick` if it is new. `changed` has the new values of fields
    and `before` the old ones. If only `remembers` is set, the row remembers the upsert.
    """

    wanted: Wanted
    outcome: Outcome
    row: ScheduledJob | None
    draft: ScheduledJob
    tick: datetime | None = None
    before: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    remembers: bool = False
    kept: tuple[Kept, ...] = ()

    @property
    def writes(self) -> bool:
        return self.outcome != "unchanged" or self.remembers

    @property
    def result(self) -> Upserted:
        schedule = self.row or self.draft
        status = str(schedule.status)
        return Upserted(self.wanted.key, schedule.pk, self.outcome, status, self.kept)


def plan(
    wanted: Wanted, row: ScheduledJob | None, *, force: bool, now: datetime
) -> Plan:
    """Decide what becomes of the schedule, whose row is `row` if it exists.

    Raises `InvalidSchedule` with the problems by field.
    """
    if row is None:
        return _creation(wanted, now=now)
    if row.owner_id != wanted.owner.pk:
        raise InvalidSchedule(errors={"key": [KEY_TAKEN]})
    return _change(wanted, row, force=force, now=now)


def _creation(wanted: Wanted, *, now: datetime) -> Plan:
    draft = ScheduledJob(
        key=wanted.key,
        owner=wanted.owner,
        created_by_kind=ActorKind.SYSTEM,
        created_at=now,
        updated_at=now,
        **wanted.columns,
    )
    apply_fields(draft, {"name": wanted.key, **wanted.fields}, now=now)
    draft.rq_job_id = alarm_id(draft.id)
    timing = check_draft(draft, starts=True)
    tick = check_first_tick(draft, timing, after=now)
    draft.upserted = written(wanted, snapshot(draft), version=draft.version)
    return Plan(wanted, "created", None, draft, tick)


def _change(wanted: Wanted, row: ScheduledJob, *, force: bool, now: datetime) -> Plan:
    merged = merge(row, wanted, force=force, now=now)
    draft = merged.draft
    changed = changes(merged.has, snapshot(draft))
    columns = {
        name: value
        for name, value in wanted.columns.items()
        if getattr(row, name) != value
    }
    stopped = row.status == Status.STOPPED
    if stopped and not _revives(row, merged, changed, force=force, now=now):
        return Plan(wanted, "unchanged", row, row, kept=merged.differing)
    if changed or columns:
        _check(row, merged, changed, now=now)
        outcome: Outcome = "revived" if stopped else "changed"
        version = row.version + 1
    else:
        outcome, version = "unchanged", row.version
    is_news = bool(changed or columns or not _is_last(row, wanted))
    if is_news:
        known = None if merged.kept else version
        draft.upserted = written(wanted, merged.wants, version=known)
    before = merged.has | {name: getattr(row, name) for name in columns}
    for name, value in columns.items():
        setattr(draft, name, value)
    return Plan(
        *(wanted, outcome, row, draft),
        before=before,
        changed=changed | columns,
        remembers=is_news,
        kept=merged.kept,
    )


def _is_last(row: ScheduledJob, wanted: Wanted) -> bool:
    return row.upserted is not None and row.upserted["digest"] == wanted.digest


def _revives(
    row: ScheduledJob,
    merged: Merged,
    changed: Mapping[str, Any],
    *,
    force: bool,
    now: datetime,
) -> bool:
    """Whether code gives a stopped schedule a timing that it has not given before. (`force`:
    or another than the schedule has.)"""
    last = (row.upserted or {}).get("fields", {})
    new = {
        name
        for name in TIMING & changed.keys()
        if force or not same(last.get(name), merged.wants[name])
    }
    if not new or new & {*WHEN}:
        return bool(new)  # a time that has passed is refused, as for a new schedule
    try:
        return next_after(merged.draft.timing, now) is not None
    except TimingError:
        return True  # refused, too


def _check(
    row: ScheduledJob, merged: Merged, changed: Mapping[str, Any], *, now: datetime
) -> None:
    draft = merged.draft
    news = {name: value for name, value in merged.fields.items() if name in changed}
    starts = must_start(row, news)
    timing = check_draft(draft, starts=starts, had=row.cron_expression)
    refuse_max_runs_reached(draft)
    if TIMING & changed.keys():
        check_first_tick(draft, timing, after=now)
