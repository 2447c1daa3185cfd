"""What a bulk action would do, before it is confirmed: how many, which not and why, what becomes due.

The number of queries does not depend on the number of schedules, and counting ticks ends after
half a second. What nobody can foresee (a schedule changes, Redis is away) is in the account.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Count

from schedules import limits
from schedules.models import (
    OPEN_STATUSES,
    UNSTARTED_STATUSES,
    BulkAction,
    BulkVerb,
    CatchupPolicy,
    ScheduledJob,
    ScheduledRun,
    Status,
)
from schedules.policy import decide
from schedules.policy.types import Decision, OpenRuns
from schedules.services.bulk_actions.verbs import PERMISSIONS
from schedules.services.bulk_actions.work import work_of
from schedules.services.drafts.starting import unable_to_start
from schedules.services.due import DueSchedule, read_as_due, rules_of
from schedules.services.permissions import may_run_proposals, may_to_all
from schedules.services.tag import tags_after
from schedules.timing import TimingError
from workflows.kit.users import users
from workflows.models.workflow import runs_all

if TYPE_CHECKING:
    from workflows.kit.users import User

COUNTING_SECONDS = 0.5
# Owners of schedules with workflows of others, whose permission to run these is looked up.
OWNERS_CHECKED = 20


class Why(StrEnum):
    """Why a schedule will be refused."""

    GONE = "gone"
    NOT_ALLOWED = "not_allowed"
    ENDED = "ended"
    NEEDS_APPROVAL = "needs_approval"
    WORKFLOW_DELETING = "workflow_deleting"
    OWNER_MAY_NOT_RUN = "owner_may_not_run"
    CANNOT_START = "cannot_start"
    BROKEN_TIMING = "broken_timing"
    TOO_MANY_TAGS = "too_many_tags"


class Row(NamedTuple):
    """A chosen schedule, as far as the verbs look at it."""

    id: UUID
    name: str
    owner_id: Any
    status: str
    reason_code: str
    status_reason: str
    awaits_approval: bool
    tags: Any
    next_run_at: datetime | None
    timezone: str
    workflow_owner_id: Any
    deleting_since: datetime | None


_COLUMNS = (
    *Row._fields[:-2],
    "workflow__owner_id",
    "workflow__deleting_since",
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A schedule that will be refused. `row` is None if it is gone."""

    why: Why
    row: Row | None = None


@dataclass(slots=True)
class Passed:
    """The ticks that passed while the schedules were paused. `starts`: how many of them run,
    by the choice of catch-up. `counted` of `paused` schedules were looked at in time."""

    paused: int = 0
    counted: int = 0
    ticks: int = 0
    starts: Counter[str] = field(default_factory=Counter)
    ending: int = 0  # with no tick left
    next_runs: dict[UUID, datetime | None] = field(default_factory=dict)
    broken: set[UUID] = field(default_factory=set)  # their timing is not valid any more
    runs: dict[str, dict[UUID, int]] = field(default_factory=dict)  # by choice

    @property
    def is_complete(self) -> bool:
        return self.counted == self.paused


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would come of it now. `unchanged` are those that are so already."""

    able: Sequence[Row]
    unchanged: Sequence[Row]
    refused: Sequence[Refused]
    passed: Passed
    # How many runs of those that would change have not started, and how many run.
    unstarted: int = 0
    running: int = 0
    # The seconds of work that starts now, by the choice of catch-up, or of the verb `run`.
    work: Mapping[str, float] = field(default_factory=dict)

    @property
    def reasons(self) -> Counter[Why]:
        return Counter(each.why for each in self.refused)

    @property
    def paused(self) -> int:
        """How many of those that would run are paused."""
        return sum(row.status == Status.PAUSED for row in self.able)


def foresee(
    action: BulkAction,
    *,
    user: User,
    now: datetime,
    options: Mapping[str, Any] | None = None,
) -> Foresight:
    """What would come of it at `now`, with these `options` or those of each choice."""
    ids = [UUID(each) for each in action.ids]
    visible = ScheduledJob.objects.visible_to(user).with_ids(ids)
    found = {
        row[0]: Row._make(row) for row in visible.order_by().values_list(*_COLUMNS)
    }
    rows = [found[each] for each in ids if each in found]
    barriers = _barriers(action.verb, rows, user=user)
    refused = [Refused(Why.GONE)] * (len(ids) - len(rows))
    able, unchanged = [], []
    for row in rows:
        why = barriers.of(row, options or {})
        if why:
            refused.append(Refused(why, row))
        elif _is_so_already(action.verb, row, options or {}):
            unchanged.append(row)
        else:
            able.append(row)
    passed = Passed()
    starts: Mapping[str, Mapping[UUID, int]] = {}
    if action.verb == BulkVerb.RUN:
        starts = {action.verb: dict.fromkeys((row.id for row in able), 1)}
    if action.verb == BulkVerb.RESUME:
        passed = _passed(able, now=now)
        starts = passed.runs
        broken = [row for row in able if row.id in passed.broken]
        refused += [Refused(Why.BROKEN_TIMING, row) for row in broken]
        able = [row for row in able if row.id not in passed.broken]
    unstarted = running = 0
    if action.verb in (BulkVerb.PAUSE, BulkVerb.DELETE):
        unstarted, running = _open_runs(able)
    work = work_of(starts, now=now)
    return Foresight(able, unchanged, refused, passed, unstarted, running, work)


@dataclass(frozen=True, slots=True)
class _Barriers:
    """What bars some of the schedules, looked up for all of them at once."""

    verb: str
    user_id: Any
    permission: bool
    may_run_proposals: bool
    unable: Collection[UUID] = ()
    barred_owners: Collection[Any] = ()

    def of(self, row: Row, options: Mapping[str, Any]) -> Why | None:
        """The first that the verb would meet, in its order."""
        may = self.permission and (self.may_run_proposals or not row.awaits_approval)
        if row.owner_id != self.user_id and not may:
            return Why.NOT_ALLOWED
        if self.verb == BulkVerb.DELETE:
            return None
        if row.status == Status.STOPPED:
            return Why.ENDED
        if self.verb == BulkVerb.TAG:
            tags = _tags_after(row, options)
            return Why.TOO_MANY_TAGS if len(tags) > limits.TAGS else None
        if self.verb == BulkVerb.PAUSE or _is_so_already(self.verb, row, options):
            return None
        return self._of_start(row)

    def _of_start(self, row: Row) -> Why | None:
        """What bars a schedule from starting runs."""
        if self.verb == BulkVerb.RESUME and row.awaits_approval:
            return Why.NEEDS_APPROVAL
        if row.deleting_since is not None:
            return Why.WORKFLOW_DELETING
        if row.workflow_owner_id != row.owner_id and row.owner_id in self.barred_owners:
            return Why.OWNER_MAY_NOT_RUN
        return Why.CANNOT_START if row.id in self.unable else None


def _barriers(verb: str, rows: Sequence[Row], *, user: User) -> _Barriers:
    permission = may_to_all(user, PERMISSIONS[verb])
    proposals = may_run_proposals(user, verb)
    if verb not in (BulkVerb.RESUME, BulkVerb.RUN):
        return _Barriers(verb, user.pk, permission, proposals)
    chosen = ScheduledJob.objects.with_ids([row.id for row in rows])
    unable = {each.id for each in unable_to_start(chosen)}
    barred = _barred_owners(rows)
    return _Barriers(verb, user.pk, permission, proposals, unable, barred)


def _barred_owners(rows: Iterable[Row]) -> set[Any]:
    """Owners who may not run the workflows of others, though their schedules have some."""
    foreign = {row.owner_id for row in rows if row.workflow_owner_id != row.owner_id}
    owners = users().filter(pk__in=list(foreign)[:OWNERS_CHECKED])
    return {owner.pk for owner in owners if not runs_all(owner)}


def _is_so_already(verb: str, row: Row, options: Mapping[str, Any]) -> bool:
    if verb == BulkVerb.TAG:
        return bool(options) and _tags_after(row, options) == row.tags
    becomes = {BulkVerb.PAUSE: Status.PAUSED, BulkVerb.RESUME: Status.ACTIVE}
    return row.status == becomes.get(BulkVerb(verb))


def _tags_after(row: Row, options: Mapping[str, Any]) -> list[str]:
    add, remove = options.get("add_tags", ()), options.get("remove_tags", ())
    return tags_after(row.tags if isinstance(row.tags, list) else [], add, remove)


def _passed(able: Sequence[Row], *, now: datetime) -> Passed:
    """Counted one schedule after the other, until the time is over."""
    paused = [row.id for row in able]
    chosen = ScheduledJob.objects.with_ids(paused).exclude(next_tick_at=None)
    found = Passed(paused=len(paused))
    due = read_as_due(chosen.order_by())
    found.counted = len(paused) - len(due)  # those without ticks
    until = time.monotonic() + COUNTING_SECONDS
    for schedule in due:
        _count(found, schedule, now)
        if time.monotonic() >= until:
            break
    return found


def _count(found: Passed, schedule: DueSchedule, now: datetime) -> None:
    found.counted += 1
    try:
        rules = rules_of(schedule)
    except TimingError:
        found.broken.add(schedule.id)
        return
    none, first = CatchupPolicy.NONE, schedule.next_tick_at
    decision: Decision = decide.resume(rules, first, OpenRuns(), none, now=now)
    ticks = sum(row.tick_count for row in decision.rows)
    found.ticks += ticks
    for choice in CatchupPolicy.values:
        runs = min(ticks, decide.most_caught_up(rules, choice))
        found.starts[choice] += runs
        found.runs.setdefault(choice, {})[schedule.id] = runs
    found.ending += bool(decision.ended)
    found.next_runs[schedule.id] = None if decision.ended else decision.next_run_at


def _open_runs(able: Sequence[Row]) -> tuple[int, int]:
    """How many runs have not started, and how many run."""
    chosen = ScheduledJob.objects.with_ids([row.id for row in able])
    runs = ScheduledRun.objects.filter(
        schedule__in=chosen.order_by().values("pk"), status__in=OPEN_STATUSES
    )
    by_status = runs.order_by().values_list("status").annotate(Count("pk"))
    counts = dict(by_status)
    unstarted = sum(counts.pop(status, 0) for status in UNSTARTED_STATUSES)
    return unstarted, sum(counts.values())
