"""A success by the short way leaves the same rows as by the long one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from redis import Redis

from schedules.jobs import outcome_of
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import fire_due
from schedules.services.runs import successes
from schedules.services.runs.claims import Claim, claim_run
from schedules.services.runs.outcomes import record_outcome
from schedules.services.runs.successes import record_success
from schedules.services.runs.turns import Turns, look_ahead
from tests.at_once import at_once
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.kit.pipelines import Answer
from workflows.kit.prepared import Ahead, Bound, Rows
from workflows.models import NodeRun, WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
END = NOON + timedelta(seconds=70)


def claimed(schedule: ScheduledJob, minute: int = 1) -> Claim:
    """The attempt of a tick that has just been fired."""
    now = NOON + minute * MINUTE
    fire_due(now)
    run = ScheduledRun.objects.get(schedule=schedule, scheduled_for=now)
    claim = claim_run(run.pk, run.attempt, token=uuid.uuid4(), now=now)
    assert claim is not None
    return claim


def recorded(claim: Claim, way: str) -> bool:
    outcome = outcome_of(claim)
    assert outcome is not None
    assert outcome.record is not None
    if way == "long":
        return record_outcome(claim.run_id, token=claim.token, outcome=outcome, now=END)
    ahead = look_ahead(Turns(), lambda: END) if way == "ahead" else None
    return record_success(claim, outcome.record, now=END, ahead=ahead)


# The short way, and where the process claims another run at once.
BOTH_SHORT_WAYS = pytest.mark.parametrize("way", ["short", "ahead"])


def rows(schedule: ScheduledJob) -> list[Any]:
    """What is on record of the schedule, without what differs between any two."""
    own = {"id", "name", "slug", "anchor_at", "rq_job_id", "schedule_id", "run_id"}
    own |= {"schedule_name", "execution_id", "event", "started_at", "output"}
    found: list[Any] = [
        *ScheduledJob.objects.filter(pk=schedule.pk).values(),
        *ScheduledRun.objects.filter(schedule=schedule).values(),
    ]
    executions = WorkflowExecution.objects.filter(scheduled_runs__schedule=schedule)
    nodes = NodeRun.objects.filter(execution__in=executions).order_by("sequence")
    found += [*executions.values(), *nodes.values()]
    return [
        {
            name: value
            for name, value in row.items()
            if name not in own and name not in ("created_at", "finished_at")
        }
        for row in found
    ]


@pytest.mark.usefixtures("redis")
@BOTH_SHORT_WAYS
@pytest.mark.parametrize(
    "before",
    [
        {},
        {"consecutive_failures": 3, "error_count": 3, "last_error": "no luck"},
        {"last_run_at": NOON},
        {"last_run_at": NOON + timedelta(days=1), "run_count": 7},
    ],
)
def test_each_way_writes_the_same(
    make_schedule: MakeSchedule, before: dict[str, Any], way: str
) -> None:
    one, other = make_schedule(), make_schedule()
    for schedule, its_way in ((one, way), (other, "long")):
        ScheduledJob.objects.filter(pk=schedule.pk).update(**before)
        fire_due(NOON + MINUTE)
        run = ScheduledRun.objects.get(schedule=schedule)
        claim = claim_run(run.pk, 1, token=uuid.uuid4(), now=NOON + MINUTE)
        assert claim is not None
        assert recorded(claim, its_way)
    assert rows(one) == rows(other)
    assert rows(one)[1]["status"] == "succeeded"
    one.refresh_from_db()
    assert one.run_count == before.get("run_count", 0) + 1
    assert one.consecutive_failures == 0


@pytest.mark.usefixtures("redis")
@BOTH_SHORT_WAYS
@pytest.mark.parametrize(
    "lose",
    [
        lambda: ScheduledRun.objects.update(token=uuid.uuid4()),
        lambda: WorkflowExecution.objects.update(status="cancelled"),
    ],
    ids=["the lease", "the execution"],
)
def test_who_has_lost_its_work_records_nothing(
    make_schedule: MakeSchedule, lose: Callable[[], int], way: str
) -> None:
    schedule = make_schedule()
    claim = claimed(schedule)
    lose()
    before = rows(schedule)
    assert not recorded(claim, way)
    assert rows(schedule) == before


class Watched(Ahead[list[Any]]):
    """It notes whether its commits wait for the disk."""

    def __init__(self, bind: Callable[[], Bound]) -> None:
        super().__init__(bind)
        self.is_tried = False
        self.levels: list[str] = []

    def commit(self, statements: Sequence[Bound]) -> list[Answer]:
        self.is_tried = True
        answers = super().commit([*statements, level.bind(params=[])])
        self.levels += [value for (value,) in answers[-1].fetchall()]
        return answers[:-1]


level: Rows = Rows(lambda: "SHOW synchronous_commit")


@pytest.mark.usefixtures("redis")
def test_a_success_that_a_claim_follows_leaves_waiting_for_the_disk_to_it(
    make_schedule: MakeSchedule,
) -> None:
    claim = claimed(make_schedule())
    outcome = outcome_of(claim)
    assert outcome is not None
    assert outcome.record is not None
    ahead = Watched(look_ahead(Turns(), lambda: END).bind)
    assert record_success(claim, outcome.record, now=END, ahead=ahead)
    is_postgresql = connection.vendor == "postgresql"
    assert ahead.levels == (["off"] if is_postgresql else [])
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reset_val, setting FROM pg_settings"
                " WHERE name = 'synchronous_commit'"
            )
            of_session, now = cursor.fetchone()
        assert now == of_session
    assert ScheduledRun.objects.get().status == "succeeded"


@BOTH_SHORT_WAYS
def test_a_run_that_waited_is_released_and_sent(
    redis: Redis, make_schedule: MakeSchedule, way: str
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    claim = claimed(schedule)
    fire_due(NOON + 2 * MINUTE)
    waiting = ScheduledRun.objects.get(scheduled_for=NOON + 2 * MINUTE)
    assert waiting.status == "waiting"
    redis.flushall()
    assert recorded(claim, way)
    waiting.refresh_from_db()
    assert waiting.status == "pending"
    assert redis.llen("rq:queue:workflows") == 1


@BOTH_SHORT_WAYS
@pytest.mark.usefixtures("redis")
def test_no_later_tick_can_come_before_the_run_that_waited(
    make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    claim = claimed(make_schedule(overlap_policy="queue"))
    fire_due(NOON + 2 * MINUTE)
    release, seen = successes._release, []

    def watched(schedule_id: uuid.UUID, now: datetime) -> None:
        seen.extend(seen_by_others())
        release(schedule_id, now)

    monkeypatch.setattr(successes, "_release", watched)
    assert recorded(claim, way)
    assert seen == ["running", "waiting"]
    assert seen_by_others() == ["succeeded", "pending"]


def seen_by_others() -> list[str]:
    """The states of the runs, for another connection."""
    runs = ScheduledRun.objects.order_by("scheduled_for")
    (seen,) = at_once([lambda: list(runs.values_list("status", flat=True))])
    return seen


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no pipelines."
)
@pytest.mark.usefixtures("redis")
def test_while_runs_wait_the_short_way_is_not_tried_in_vain(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    tried = []
    for minute in (1, 2, 3):
        claim = claimed(schedule, minute)
        if minute == 1:
            fire_due(NOON + 2 * MINUTE)
        ahead = Watched(look_ahead(Turns(), lambda: END).bind)
        outcome = outcome_of(claim)
        assert outcome is not None
        assert outcome.record is not None
        assert record_success(claim, outcome.record, now=END, ahead=ahead)
        tried.append(ahead.is_tried)
    assert tried == [True, False, True]


@pytest.mark.usefixtures("redis")
@BOTH_SHORT_WAYS
def test_the_success_of_a_deleted_schedule_is_on_record(
    make_schedule: MakeSchedule, way: str
) -> None:
    schedule = make_schedule()
    claim = claimed(schedule)
    ScheduledJob.objects.filter(pk=schedule.pk).delete()
    assert recorded(claim, way)
    assert ScheduledRun.objects.get().status == "succeeded"
