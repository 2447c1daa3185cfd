"""While the clock cannot be trusted nothing fires, nothing is judged, nothing is pruned."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from redis import Redis

from schedules.models import ScheduledRun
from schedules.processes.chores import Chores
from schedules.processes.loop import Loop
from schedules.rq import heartbeat
from schedules.scheduler import get_scheduler_service
from schedules.services import fire_due, sweep
from schedules.services.clocks.jumps import Jumps
from schedules.services.clocks.other_clocks import is_elsewhere, leads
from schedules.services.insight import health
from schedules.services.insight.doctor import examine
from schedules.services.ledger.ahead import ledger_ahead
from schedules.services.runs.claims import claim_run
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.processes.loops import ScriptedLoop
from tests.schedules.services.clocks.ahead import pending, start_and_end
from workflows.execution.redis_client import new_client
from workflows.models import WorkflowExecution

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Clock:
    """One that goes on as time does, and that can be set."""

    def __init__(self, now: datetime) -> None:
        self._began = time.monotonic()
        self._start = now

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def set(self, by: timedelta) -> None:
        self._start += by


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What this host's clock is ahead of, and by how many seconds; no other clock here
    goes by the time of the test."""
    found: dict[str, float] = {}
    monkeypatch.setattr("schedules.processes.loop.leads", lambda clock: found)
    return found


def loop_by(clock: Callable[[], datetime]) -> Loop:
    return Loop(get_scheduler_service(), interval=5, clock=clock)


def test_after_a_jump_nothing_fires_before_two_looks_agree(
    redis: Redis, make_schedule: MakeSchedule, others: dict[str, float]
) -> None:
    make_schedule()
    clock = Clock(NOON)
    loop = loop_by(clock)
    loop.round()
    clock.set(DAY)
    assert loop.round() == 1
    assert not ScheduledRun.objects.exists()
    time.sleep(1)
    loop.round()
    assert ScheduledRun.objects.exists()


@pytest.mark.both_databases
def test_a_clock_that_went_ahead_and_back_leaves_nothing_behind(
    redis: Redis, make_schedule: MakeSchedule, others: dict[str, float]
) -> None:
    schedule = make_schedule()
    clock = Clock(NOON)
    loop = loop_by(clock)
    loop.round()
    for by in (DAY, -DAY):
        clock.set(by)
        loop.round()
        time.sleep(1)
        while loop.round() == 0:
            pass
        assert ScheduledRun.objects.exists() is (by == DAY)
    assert ledger_ahead(clock()) is None
    schedule.refresh_from_db()
    assert schedule.next_run_at == NOON + MINUTE
    assert redis.zscore("rq:scheduler:scheduled_jobs", schedule.rq_job_id) == (
        (NOON + MINUTE).timestamp()
    )


def test_a_clock_that_differs_from_all_others_holds_until_it_is_right(
    redis: Redis, make_schedule: MakeSchedule, others: dict[str, float]
) -> None:
    make_schedule()
    others |= {"database": 172_800.0, "redis": 172_800.0}
    loop = loop_by(Clock(NOON + MINUTE))
    for _ in range(3):
        assert loop.round() == 1
    assert not ScheduledRun.objects.exists()
    assert heartbeat.alive(redis, "scheduler"), "it is alive all the same"
    others["redis"] = 0.0  # one alone may itself be wrong
    loop.round()
    assert ScheduledRun.objects.exists()


def test_leases_are_judged_only_after_a_lease_by_the_new_clock(
    redis: Redis, db: None, others: dict[str, float]
) -> None:
    seen: list[float] = []
    clock = Clock(NOON)
    loop = ScriptedLoop(
        sweep=lambda now, seen_for: seen.append(seen_for), clock=clock, guarded=True
    )
    loop.round()
    loop._seen_since -= 60
    clock.set(DAY)
    loop.round()
    time.sleep(1)
    loop.round()
    assert len(seen) == 2, "no sweep while it waits"
    assert seen[-1] < 1


@pytest.mark.both_databases
def test_which_other_clocks_prove_something(redis: Redis) -> None:
    found = leads(lambda: datetime.now().astimezone() + 2 * DAY)
    if connection.vendor == "postgresql":
        assert found.keys() == {"database", "redis"}
        assert all(172_700 < lead < 172_900 for lead in found.values())
    else:
        assert found == {}, "a Redis on this very host reads our own clock"


@pytest.mark.both_databases
def test_if_redis_is_away_what_is_left_counts(db: None) -> None:
    expected = {"database"} if connection.vendor == "postgresql" else set()
    assert leads(lambda: datetime.now().astimezone()).keys() == expected


@pytest.mark.parametrize(
    ("url", "elsewhere"),
    [
        ("redis://127.0.0.1:6379/0", False),
        ("redis://:secret@localhost/0", False),
        ("redis://[::1]:6379/0", False),
        ("unix:///run/redis.sock", False),
        ("redis://redis.example.org:6379/0", True),
        ("rediss://10.0.0.7/0", True),
    ],
)
def test_whether_a_redis_is_elsewhere(url: str, elsewhere: object) -> None:
    assert is_elsewhere(new_client({"URL": url})) is elsewhere


def test_a_jump_keeps_every_process_from_pruning_for_an_hour(
    redis: Redis, make_schedule: MakeSchedule, ostinato, capsys
) -> None:
    ostinato(RUNS_KEPT_AT_LEAST=1)
    schedule = make_schedule(NOON - 200 * DAY, catchup_policy="none")
    fire_due(NOON - 100 * DAY)
    fire_due(NOON - 99 * DAY)
    before = schedule.runs.count()
    jumps = Jumps()
    assert not jumps.lately()
    jumps.note()
    Chores(may_prune=lambda: not jumps.lately()).do(NOON + DAY)
    Chores(may_prune=lambda: not Jumps().lately()).do(NOON + DAY)
    with pytest.raises(CommandError, match="jumped within the last hour"):
        call_command("prune_runs")
    assert schedule.runs.count() == before
    assert 3_500 < redis.ttl("ostinato:clock-jumped") <= 3_600
    call_command("prune_runs", "--force")
    assert schedule.runs.count() < before


def test_a_scheduler_that_finds_a_gap_at_its_start_waits_as_well(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    fire_due(NOON + MINUTE)
    Jumps().note_start(NOON + 30 * MINUTE)
    assert not Jumps().lately()
    Jumps().note_start(NOON + 200 * DAY)
    assert Jumps().lately()


@pytest.mark.both_databases
def test_a_lease_of_a_clock_that_was_ahead_ends_all_the_same(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    """Its worker is gone; of a lease of two days nobody would ever know."""
    make_schedule(overlap_policy="skip", catchup_policy="none")
    fire_due(NOON + MINUTE)
    run = pending()
    assert claim_run(run.pk, 1, token=run.pk, now=NOON + 2 * DAY)
    execution = WorkflowExecution.objects.get()
    for now in (NOON + 2 * MINUTE, NOON + 2 * MINUTE + 11 * SECOND):
        sweep(now, judge_leases=True)
    run.refresh_from_db()
    assert (run.status, run.error[:11]) == ("failed", "Worker lost")
    execution.refresh_from_db()
    assert execution.status == "failed"


@pytest.mark.both_databases
def test_an_execution_by_hand_likewise(redis: Redis, db: None) -> None:
    execution = WorkflowExecution.objects.create(
        workflow_name="by hand",
        trigger_type="manual",
        status="running",
        enqueued_at=NOON + 2 * DAY,
        started_at=NOON + 2 * DAY,
        lease_until=NOON + 2 * DAY,
    )
    for now in (NOON, NOON + 11 * SECOND):
        sweep(now, judge_leases=True)
    execution.refresh_from_db()
    assert execution.status == "failed"


@pytest.mark.both_databases
def test_a_retry_of_a_clock_that_was_ahead_does_not_wait_for_days(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(max_retries=2)
    fire_due(NOON + MINUTE)
    start_and_end(pending(), NOON + 2 * DAY, status="failed")
    assert ScheduledRun.objects.get().status == "waiting"
    sweep(NOON + 2 * MINUTE, judge_leases=False)
    run = ScheduledRun.objects.get()
    assert (run.status, run.attempt) == ("pending", 2)


@pytest.mark.both_databases
def test_what_was_sent_or_never_sent_in_the_future_is_sent_again(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    get_scheduler_service().mark_alive()
    for sent in (None, NOON + 2 * DAY):
        make_schedule()
        fire_due(NOON + MINUTE)
        redis.delete("rq:queue:workflows")
        ScheduledRun.objects.update(enqueued_at=sent, created_at=NOON + 2 * DAY)
        assert sweep(NOON + 2 * MINUTE, judge_leases=False).runs_sent
    WorkflowExecution.objects.create(
        workflow_name="by hand", trigger_type="manual", status="pending"
    )
    WorkflowExecution.objects.update(created_at=NOON + 2 * DAY)
    assert sweep(NOON, judge_leases=False).runs_sent == 1


def test_a_beat_of_the_future_is_no_sign_of_life(redis: Redis) -> None:
    seconds, _ = redis.time()
    redis.zadd("ostinato:alive:scheduler", {"dead": seconds + 172_800})
    assert heartbeat.alive(redis, "scheduler") == []
    heartbeat.beat(redis, "scheduler", "alive")
    assert redis.zrange("ostinato:alive:scheduler", 0, -1) == [b"alive"]


def test_doctor_and_readiness_say_by_how_much_the_ledger_is_ahead(
    redis: Redis, make_schedule: MakeSchedule, client: Client
) -> None:
    make_schedule()
    assert "ahead of" not in client.get("/readyz").text
    assert ledger_ahead(NOON) is None
    fire_due(NOON + 7_300 * DAY)
    health.reset()
    (finding,) = (one for one in examine(NOON) if "ledger is" in one.what.lower())
    assert "7,300 days ahead of the clock" in finding.what
    assert "restart the scheduler" in finding.remedy
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "ledger is" in ready.text
