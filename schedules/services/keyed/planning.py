"""From what code wants to what will be written: decided and checked before anything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from schedules.declared.results import Kept, Outcome, Upserted
from schedules.exceptions import InvalidSchedule
from schedules.models import ActorKind, ScheduledJob, Status
from schedules.rq.messages import alarm_id
from schedules.services.drafts.draft import (
    OWN,
    apply_fields,
    check_alike,
    check_draft,
    check_first_tick,
)
from schedules.services.drafts.facts import Facts
from schedules.services.drafts.fields import TIMING_FIELDS
from schedules.services.drafts.snapshot import changes, same, snapshot
from schedules.services.keyed.merging import WHEN, Merged, merge, written
from schedules.services.keyed.wanted import Wanted
from schedules.services.update import CALLED, must_start, refuse_max_runs_reached
from schedules.timing import TimingError, next_after

TIMING = frozenset(TIMING_FIELDS)
KEY_TAKEN = "This key belongs to a schedule of another owner: give another key, or the same owner."


@dataclass(slots=True)
class Plan:
    """What will become of one schedule. `row` is as it was read, None for a new one; `draft`
    as it will be, with its first `tick` if it is new. `changed` has the new values of fields
    (of a new one: of all) and `before` the old ones. If only `remembers` is set, the row remembers the upsert.
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
    def calls(self) -> bool:
        """Whether the change needs the workflow of another call."""
        return bool(self.row and self.draft.call and CALLED & self.changed.keys())

    @property
    def result(self) -> Upserted:
        schedule = self.row or self.draft
        status = str(schedule.status)
        return Upserted(self.wanted.key, schedule.pk, self.outcome, status, self.kept)


class Alike(NamedTuple):
    """A checked new schedule, its first tick and its fields as plain JSON. Another one that
    differs only in the fields that are `OWN` has the same tick and need not be checked anew:
    a list of thousands has few shapes."""

    draft: ScheduledJob
    tick: datetime | None
    fields: dict[str, Any]


class Planner:
    """Plans the schedules of one call, which is made at `now`. `force` overwrites what people
    have changed."""

    def __init__(self, *, force: bool, now: datetime) -> None:
        self._force, self._now = force, now
        self._facts = Facts()
        self._alike: dict[tuple[Any, ...], Alike] = {}

    def anew(self) -> Planner:
        """Without what this one has read, for another transaction."""
        return Planner(force=self._force, now=self._now)

    def plan(self, wanted: Wanted, row: ScheduledJob | None) -> Plan:
        """Decide what becomes of the schedule, whose row is `row` if it exists.

        Raises `InvalidSchedule` with the problems by field.
        """
        if row is None:
            return self._creation(wanted)
        if row.owner_id != wanted.owner.pk:
            raise InvalidSchedule(errors={"key": [KEY_TAKEN]})
        row.owner = wanted.owner  # the same, and read already
        return self._change(wanted, row)

    def _creation(self, wanted: Wanted) -> Plan:
        own = {name: wanted.fields[name] for name in OWN if name in wanted.fields}
        own = {"name": wanted.key} | own
        shape = (wanted.owner.pk, wanted.shape, *own)
        like = self._alike.get(shape) if wanted.shape else None
        if like is None:
            like = self._alike[shape] = self._first(wanted, own)
        else:
            draft = _anew(like.draft)
            check_alike(draft, own, self._facts)
            like = Alike(
                draft,
                like.tick,
                like.fields | {name: getattr(draft, name) for name in OWN},
            )
        draft = like.draft
        draft.key = wanted.key
        _set(draft, wanted.columns)
        draft.upserted = written(wanted, like.fields, version=draft.version)
        return Plan(wanted, "created", None, draft, like.tick, changed=like.fields)

    def _first(self, wanted: Wanted, own: Mapping[str, Any]) -> Alike:
        """The first new schedule of its shape, checked as a whole."""
        draft = ScheduledJob(
            owner=wanted.owner,
            created_by_kind=ActorKind.SYSTEM,
            created_at=self._now,
            updated_at=self._now,
        )
        draft.rq_job_id = alarm_id(draft.id)
        apply_fields(draft, {**wanted.fields, **own}, now=self._now)
        timing = check_draft(draft, starts=True, facts=self._facts)
        tick = check_first_tick(draft, timing, after=self._now)
        return Alike(draft, tick, snapshot(draft))

    def _change(self, wanted: Wanted, row: ScheduledJob) -> Plan:
        merged = merge(row, wanted, force=self._force, now=self._now)
        draft = merged.draft
        gets = snapshot(draft) if merged.kept else merged.wants
        changed = changes(merged.has, gets)
        columns = {
            name: value
            for name, value in wanted.columns.items()
            if getattr(row, name) != value
        }
        stopped = row.status == Status.STOPPED
        if stopped and not self._revives(row, merged, changed):
            return Plan(wanted, "unchanged", row, row, kept=merged.differing)
        if changed or columns:
            self._check(row, merged, changed)
            outcome: Outcome = "revived" if stopped else "changed"
            version = row.version + 1
        else:
            outcome, version = "unchanged", row.version
        is_news = bool(changed or columns or not _is_last(row, wanted))
        if is_news:
            known = None if merged.kept else version
            draft.upserted = written(wanted, merged.wants, version=known)
        before = merged.has | {name: getattr(row, name) for name in columns}
        _set(draft, columns)
        return Plan(
            *(wanted, outcome, row, draft),
            before=before,
            changed=changed | columns,
            remembers=is_news,
            kept=merged.kept,
        )

    def _revives(
        self, row: ScheduledJob, merged: Merged, changed: Mapping[str, Any]
    ) -> bool:
        """Whether code gives a stopped schedule a timing that it has not given before. (With
        `force`: or another than the schedule has.)"""
        last = (row.upserted or {}).get("fields", {})
        new = {
            name
            for name in TIMING & changed.keys()
            if self._force or not same(last.get(name), merged.wants[name])
        }
        if not new or new & {*WHEN}:
            return bool(new)  # a time that has passed is refused, as for a new schedule
        try:
            return next_after(merged.draft.timing, self._now) is not None
        except TimingError:
            return True  # refused, too

    def _check(
        self, row: ScheduledJob, merged: Merged, changed: Mapping[str, Any]
    ) -> None:
        draft, had = merged.draft, row.cron_expression
        news = {name: value for name, value in merged.fields.items() if name in changed}
        starts = must_start(row, news, self._facts)
        timing = check_draft(draft, starts=starts, had=had, facts=self._facts)
        refuse_max_runs_reached(draft)
        if TIMING & changed.keys():
            check_first_tick(draft, timing, after=self._now)


def _anew(draft: ScheduledJob) -> ScheduledJob:
    """A copy, as another new schedule. (`copy` takes ten times as long for a model.) Alike
    schedules have the same owner and run the same, so that they share what Django keeps."""
    new = ScheduledJob.__new__(ScheduledJob)
    vars(new).update(vars(draft))
    new.id = uuid4()
    new.rq_job_id = alarm_id(new.id)
    return new


def _set(schedule: ScheduledJob, columns: Mapping[str, str]) -> None:
    for name, value in columns.items():
        setattr(schedule, name, value)


def _is_last(row: ScheduledJob, wanted: Wanted) -> bool:
    return row.upserted is not None and row.upserted["digest"] == wanted.digest
