"""Past ticks that did not fire can be run, beside what the ledger says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    update_schedule,
)
from schedules.services.insight.audit import audit
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from schedules.services.upkeep.pruning import prune
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def gappy(make_schedule: MakeSchedule) -> ScheduledJob:
    """Minutes 1 to 9 were missed in an outage, the tenth was caught up."""
    schedule = make_schedule()
    fire_due(NOON + 10 * MINUTE + timedelta(seconds=45))
    return schedule


def fill(schedule: ScheduledJob, first: int, last: int) -> list[float]:
    """The minutes of the runs that a backfill from minute `first` to `last` makes."""
    runs = backfill(
        schedule.id,
        from_at=NOON + first * MINUTE,
        to_at=NOON + last * MINUTE,
        actor=Actor.person(schedule.owner),
        now=NOON + 30 * MINUTE,
    )
    return [(run.scheduled_for - NOON) / MINUTE for run in runs]


def test_missed_ticks_run_and_those_that_fired_do_not(
    redis: Redis, gappy: ScheduledJob
) -> None:
    assert fill(gappy, 8, 12) == [8, 9]
    missed = ScheduledRun.objects.get(status="missed")
    assert missed.tick_count == 9, "what the ledger said stays said"
    assert next(audit()).problems == []


def test_the_same_backfill_twice_makes_no_second_run(
    redis: Redis, gappy: ScheduledJob
) -> None:
    fill(gappy, 2, 3)
    with pytest.raises(InvalidSchedule, match="No past tick"):
        fill(gappy, 2, 3)
    assert fill(gappy, 2, 4) == [4]


def test_they_run_one_at_a_time_the_oldest_first(
    redis: Redis, gappy: ScheduledJob
) -> None:
    caught_up = ScheduledRun.objects.get(origin="catch_up")
    fill(gappy, 1, 3)
    for _ in range(4):
        (pending,) = ScheduledRun.objects.filter(status="pending")
        claim_run(pending.id, 1, token=pending.id, now=NOON)
        done = Outcome("succeeded")
        record_outcome(pending.id, token=pending.id, outcome=done, now=NOON)
    order = ScheduledRun.objects.filter(status="succeeded", origin="backfill")
    assert order.count() == 3
    caught_up.refresh_from_db()
    assert caught_up.status == "succeeded"


def test_a_paused_schedule_can_be_backfilled(redis: Redis, gappy: ScheduledJob) -> None:
    ScheduledRun.objects.filter(origin="catch_up").update(status="succeeded")
    actor = Actor.person(gappy.owner)
    pause_schedule(gappy.id, actor=actor, now=NOON + 20 * MINUTE)
    fill(gappy, 1, 2)
    first, second = ScheduledRun.objects.filter(origin="backfill").order_by(
        "scheduled_for"
    )
    assert (first.status, second.status) == ("pending", "waiting")


def test_a_pause_withdraws_what_was_asked_for_before_it(
    redis: Redis, gappy: ScheduledJob
) -> None:
    fill(gappy, 1, 2)
    actor = Actor.person(gappy.owner)
    pause_schedule(gappy.id, actor=actor, now=NOON + 20 * MINUTE)
    withdrawn = ScheduledRun.objects.filter(origin="backfill", reason="paused")
    assert withdrawn.count() == 2


def test_what_a_pause_withdrew_can_be_backfilled_again(
    redis: Redis, gappy: ScheduledJob
) -> None:
    fill(gappy, 1, 2)
    jobs = set(redis.lrange("rq:queue:workflows", 0, -1))
    actor = Actor.person(gappy.owner)
    pause_schedule(gappy.id, actor=actor, now=NOON + 20 * MINUTE)
    assert fill(gappy, 1, 3) == [1, 2, 3]
    again = ScheduledRun.objects.filter(origin="backfill")
    assert again.count() == 3, "one row a tick"
    assert set(again.values_list("reason", "finished_at")) == {("", None)}
    (new,) = set(redis.lrange("rq:queue:workflows", 0, -1)) - jobs
    assert new.startswith(f"run-{again.earliest('scheduled_for').id}-1-".encode())


def test_it_knows_the_ticks_of_earlier_timings(
    redis: Redis, gappy: ScheduledJob
) -> None:
    update_schedule(
        gappy.id,
        {"cron_expression": "*/5 * * * *"},
        actor=Actor.person(gappy.owner),
        now=NOON + 11 * MINUTE,
    )
    fire_due(NOON + 29 * MINUTE)
    assert fill(gappy, 8, 20) == [8, 9, 11, 15, 20]


def test_more_than_a_thousand_ticks_are_refused_and_quickly(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(interval_seconds=1)
    year = timedelta(days=365)
    fire_due(NOON + year)
    with pytest.raises(InvalidSchedule, match="1,000") as refusal:
        backfill(
            schedule.id,
            from_at=NOON,
            to_at=NOON + year,
            actor=Actor.person(schedule.owner),
            now=NOON + year,
        )
    assert list(refusal.value.errors) == ["to"]


def test_a_range_that_runs_backwards_is_refused(gappy: ScheduledJob) -> None:
    with pytest.raises(InvalidSchedule, match="before from"):
        fill(gappy, 5, 4)


def test_what_was_pruned_is_not_run_again(
    redis: Redis, gappy: ScheduledJob, ostinato
) -> None:
    """Its ledger rows are gone: nobody knows any more which of its ticks fired."""
    ostinato(RUNS_KEPT_AT_LEAST=1)
    fire_due(NOON + 20 * MINUTE)
    ScheduledRun.objects.filter(status="pending").update(status="succeeded")
    list(prune(NOON + timedelta(days=91)))
    assert not ScheduledRun.objects.filter(scheduled_for=NOON + 10 * MINUTE).exists()
    with pytest.raises(InvalidSchedule):
        fill(gappy, 1, 10)


def test_ticks_of_a_zone_that_is_gone_cannot_be_filled_in(
    make_schedule: MakeSchedule, redis: Redis
) -> None:
    schedule = make_schedule(cron_expression="* * * * *")
    fire_due(NOON + 5 * MINUTE)
    epoch = ScheduleEpoch.objects.get(schedule=schedule)
    epoch.timing["timezone"] = "Mars/Olympus"
    epoch.save()
    with pytest.raises(InvalidSchedule) as refused:
        fill(schedule, 1, 3)
    assert "Mars/Olympus" in refused.value.errors["from"][0]
