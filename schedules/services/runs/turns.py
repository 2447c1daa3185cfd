"""The next run in turn: what a work process starts when the queue says that there is work.

The queue does not say which: the ledger does, by the index `run_in_turn` and, for executions
that run on their own, `execution_in_turn`. `policy.turns` has the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Field, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.fields import SmallIntegerField
from django.db.models.functions import Coalesce

from schedules.models import ScheduledRun
from schedules.models.ledger import LANE_SQL
from schedules.policy.lanes import Lane
from schedules.policy.turns import EXECUTIONS, FIRST, Place, Turns, Waiting
from schedules.services.runs import claims
from schedules.services.runs.claims import Claim, with_what_starts
from workflows.execution import standalone
from workflows.execution.standalone import StartedExecution
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import get_logger
from workflows.kit.prepared import Ahead, Bound, Param, Rows, Select
from workflows.models import WorkflowExecution

logger = get_logger(__name__)
Kind = Literal["run", "execution"]
# Called with what is about to be claimed.
Taking = Callable[[Kind, UUID], None]
Started = Claim | StartedExecution
# How often it looks again if others have taken what was found.
MOST_TRIES = 20


Look = Ahead[list[Any]]


def look_ahead(
    turns: Turns,
    clock: Callable[[], datetime],
    meanwhile: Callable[[], None] | None = None,
) -> Look:
    """A look at who waits, for the next `claim_next`. `meanwhile`: see `Ahead`."""
    return Ahead(lambda: _bound_look(turns, clock()), meanwhile)


def claim_next(
    turns: Turns,
    *,
    token: UUID,
    now: datetime,
    taking: Taking,
    look: Look | None = None,
) -> Started | None:
    """Start what is next in turn; None if nothing waits, or if others are taking all of it.
    It looks who waits, unless `look` has the answer to that already.

    Only runs that are due are seen: the scheduler writes some a moment ahead of their time.
    May be repeated with the same token if the database was away: it returns the claim that
    it had made. Raises only if the database is unavailable, as `claim_run` does.
    """
    known = turns.claiming
    if known and known[0] == token and (made := _made_before(*known)):
        return made
    turns.claiming = None  # not before: the database may still be away

    def about_to_claim(kind: Kind, row: Any) -> None:
        turns.claiming = (token, kind, row.pk, getattr(row, "attempt", 0), now)
        taking(kind, row.pk)

    try:
        # Where rows cannot be locked one by one, others wait for this transaction: it begins
        # when everything is read. Whoever is second then finds the row claimed.
        locks = connection.features.has_select_for_update
        with transaction.atomic() if locks else nullcontext():
            look = look or look_ahead(turns, lambda: now)
            return _claim(turns, look, token=token, now=now, taking=about_to_claim)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        if turns.claiming is None or turns.claiming[1] != "run":
            raise
        _, _, run_id, attempt, _ = turns.claiming
        logger.exception("run_not_startable", run=str(run_id))
        return claims.claim_broken(run_id, attempt, error, token=token, now=now)


def _made_before(
    token: UUID, kind: Kind, row_id: UUID, attempt: int, now: datetime
) -> Started | None:
    if kind == "run":
        return claims.claimed_before(row_id, token=token)
    return standalone.claimed_before(row_id, tried=[now])


def _claim(
    turns: Turns,
    look: Look,
    *,
    token: UUID,
    now: datetime,
    taking: Callable[[Kind, Any], None],
) -> Started | None:
    """Each try is one look and, unless others were faster, one claim."""
    missed: set[Place] = set()
    for _ in range(MOST_TRIES):
        place = _place(turns, look, missed)
        if place is None:
            return None
        started: Started | None = None
        was_found = True
        if run := _run_of(place, turns.schedule_before(place), now):
            turns.take(place, run.schedule_id)
            taking("run", run)
            is_locked = connection.in_atomic_block
            started = claims.start(run, token=token, now=now, is_locked=is_locked)
        elif place.has_executions and (
            execution := standalone.next_execution(place.owner)
        ):
            turns.take(place, EXECUTIONS)
            taking("execution", execution)
            started = standalone.start_execution(execution, now=now)
        else:
            was_found = False
        if started:
            return started
        if not was_found:
            if place.has_runs:
                _cancel_orphan(place, turns.schedule_before(place), now)
            missed.add(place)
            turns.pass_over(place)
    return None


def _place(turns: Turns, look: Look, missed: Collection[Place]) -> Place | None:
    """Whose turn it is. A look that was had before may have come too early for what waits."""
    was_known = look.is_known
    place = turns.place(_waiting(look.answer()), missed)
    if place is None and was_known:
        place = turns.place(_waiting(look.answer()), missed)
    return place


def _run_of(place: Place, last: UUID, now: datetime) -> ScheduledRun | None:
    """The oldest due run of the schedule after `last`, locked, with its workflow. After the
    last schedule come the executions, if there are any, and then the first one again."""
    if not place.has_runs:
        return None
    select = _after if place.has_executions else _after_or_first
    run = next(iter(select(**_values(place, last, now))), None)
    if run and run.schedule.workflow.deleting_since:
        claims.cancel_orphan(run.pk, run.attempt, now=now)
        return None
    return run


def _cancel_orphan(place: Place, last: UUID, now: datetime) -> None:
    """Cancel what is next here if it has no schedule any more: it would be in the way for
    ever."""
    for run_id, attempt in _after_or_first_bare(**_values(place, last, now)):
        claims.cancel_orphan(run_id, attempt, now=now)


def _values(place: Place, last: UUID, now: datetime) -> dict[str, Any]:
    return {
        "lane": place.lane,
        "owner": place.owner,
        "due_at": now,
        "schedule": FIRST if last == EXECUTIONS else last,
    }


def _due(which: str, *, is_locked: bool = True) -> QuerySet[ScheduledRun, Any]:
    """One due run of an owner in a lane: the oldest of the first schedule with `which` relation
    to the given one. With `is_locked` one that nobody else is about to claim, locked."""
    lane = RawSQL(LANE_SQL, (), output_field=SmallIntegerField())  # noqa: S611 a constant
    locked = ScheduledRun.objects.select_for_update(no_key=True, skip_locked=True)
    runs = locked if is_locked else ScheduledRun.objects.all()
    rows = runs.alias(lane=lane).filter(
        lane=Param(ScheduledRun, "attempt", given="lane"),
        owner=Param(ScheduledRun, "owner"),
        due_at__lte=Param(ScheduledRun, "due_at"),
        **{f"schedule__{which}": Param(ScheduledRun, "schedule")},
    )
    return rows.order_by("schedule_id", "due_at").values("pk")[:1]


def _next(*places: QuerySet[ScheduledRun, Any]) -> QuerySet[ScheduledRun]:
    found = Coalesce(*(Subquery(each) for each in places), None)
    return ScheduledRun.objects.filter(pk=found).order_by()


_after = Select(lambda: with_what_starts(_next(_due("gt"))))
_after_or_first = Select(lambda: with_what_starts(_next(_due("gt"), _due("lte"))))
# Not locked: who locks what it does not claim hides it from those who would.
_after_or_first_bare = Select(
    lambda: _next(
        _due("gt", is_locked=False), _due("lte", is_locked=False)
    ).values_list("pk", "attempt")
)


def _waiting(found: list[Any]) -> list[Waiting]:
    key = _key_of_owner()
    return [
        Waiting(Lane(lane), key.to_python(runs_of), key.to_python(executions_of))
        for lane, runs_of, executions_of in found
    ]


def _bound_look(turns: Turns, now: datetime) -> Bound:
    """The owners of whom something waits: in each lane the next one and the first one. One
    statement of a few seeks in indexes, however much waits."""
    key = _key_of_owner()
    first = key.get_db_prep_value(_before_all(key), connection)
    given: list[Any] = []
    for lane in Lane:
        before = turns.owner_before(lane)
        after = key.get_db_prep_value(before, connection)
        given += [first if before is None else after, first]
    due = ScheduledRun._meta.get_field("due_at").get_db_prep_value(now, connection)
    return _owners.bind(params=[due, *given])


def _look_sql() -> str:
    runs = connection.ops.quote_name(ScheduledRun._meta.db_table)
    executions = connection.ops.quote_name(WorkflowExecution._meta.db_table)
    places = " UNION ALL SELECT ".join(
        f"{lane.value}, %s" for lane in Lane for _ in "12"
    )
    places = places.replace(", %s", " AS lane, %s AS owner", 1)
    # For each lane, and the owner after whom it goes on: the next one of runs and executions.
    # (`created_at` makes PostgreSQL use the index of the pending ones, and no other.)
    return f"""
SELECT place.lane, (
    SELECT owner_id FROM {runs}
    WHERE ({LANE_SQL}) = place.lane AND owner_id > place.owner AND due_at <= %s
    ORDER BY owner_id LIMIT 1
), CASE WHEN place.lane = {Lane.LIVE.value} THEN (
    SELECT owner_id FROM {executions}
    WHERE status = 'pending' AND owner_id > place.owner
    ORDER BY owner_id, created_at LIMIT 1
) END FROM (SELECT {places}) AS place
"""  # noqa: S608 names come from the models


_owners = Rows(_look_sql)


@cache
def _key_of_owner() -> Field[Any, Any]:
    """The primary key of users."""
    field: Any = ScheduledRun._meta.get_field("owner")
    while field.remote_field:
        field = field.target_field
    key: Field[Any, Any] = field
    return key


def _before_all(key: Field[Any, Any]) -> Any:
    """What is less than every key of a user."""
    kind = key.get_internal_type()
    if kind == "UUIDField":
        return FIRST
    return "" if kind in ("CharField", "SlugField", "EmailField") else -(2**31)
