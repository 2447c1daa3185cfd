"""Runs that wait for one another, or make way: on the ledger, from tick to outcome."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, backfill, sweep, update_schedule
from schedules.services.runs.claims import claim_run
from tests.schedules.conftest import MakeSchedule
from tests.schedules.policies import MINUTE, NOON, SECOND
from tests.schedules.runs import end, fire, held, renew, run_of, start
from workflows.execution.guard import LEASE

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_queue_keeps_one_waiting_and_starts_it_when_the_open_one_ends(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    fire(1)
    first = start(schedule, 1)
    fire(2, 3)
    assert held(schedule) == ["1 running", "2 waiting", "3 skipped overlap"]
    end(first, 3.5)
    assert held(schedule) == ["1 succeeded", "2 pending", "3 skipped overlap"]


def test_replace_asks_the_running_one_to_end_and_waits_for_it(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="replace")
    fire(1)
    first = start(schedule, 1)
    fire(2)
    assert renew(first.id, first.id, now=NOON + 2 * MINUTE).cancelled
    fire(3)
    assert held(schedule) == [
        "1 running replaced",
        "2 cancelled replaced",
        "3 waiting",
    ]
    end(first, 3.1, "cancelled")
    assert held(schedule)[-1] == "3 pending"


def test_replace_cancels_what_has_not_started_and_starts_at_once(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="replace")
    fire(1, 2)
    assert held(schedule) == ["1 cancelled replaced", "2 pending"]
    assert claim_run(run_of(schedule, 1).id, 1, token=schedule.id, now=NOON) is None


def test_replace_cancels_a_retry_that_waits(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(overlap_policy="replace", max_retries=3)
    fire(1)
    end(start(schedule, 1), 1.5, "failed")
    assert held(schedule) == ["1 waiting"]
    fire(2)
    assert held(schedule) == ["1 cancelled replaced", "2 pending"]


def test_a_run_that_was_replaced_is_not_tried_again(
    make_schedule: MakeSchedule,
) -> None:
    """Else its successor would wait behind its retries."""
    schedule = make_schedule(overlap_policy="replace", max_retries=3)
    fire(1)
    first = start(schedule, 1)
    fire(2)
    end(first, 2.1, "failed")
    assert held(schedule) == ["1 failed replaced", "2 pending"]


def test_a_run_that_was_replaced_and_whose_lease_has_ended_is_over(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="replace", max_retries=3)
    fire(1)
    start(schedule, 1)
    fire(2)
    late = NOON + MINUTE + LEASE + SECOND
    assert sweep(late, judge_leases=True).workers_lost == 1
    assert held(schedule) == ["1 failed replaced", "2 pending"]


def test_skip_counts_a_waiting_retry_as_open(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(max_retries=1, retry_backoff_seconds=600)
    fire(1)
    end(start(schedule, 1), 1.5, "failed")
    fire(2)
    assert held(schedule) == ["1 waiting", "2 skipped overlap"]


def test_late_ticks_run_one_at_a_time_and_the_live_one_after_them(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all")
    fire(3)
    seen = []
    for minute in (1, 2, 3):
        seen.append(held(schedule))
        end(start(schedule, minute), 3.5)
    assert seen == [
        ["1 catch_up pending", "2 catch_up waiting", "3 catch_up waiting"],
        ["1 catch_up succeeded", "2 catch_up pending", "3 catch_up waiting"],
        ["1 catch_up succeeded", "2 catch_up succeeded", "3 catch_up pending"],
    ]


def test_where_the_latest_is_caught_up_a_live_tick_that_waits_goes_before_it(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="latest", overlap_policy="queue")
    fire(1)
    first = start(schedule, 1)
    fire(3)
    assert held(schedule) == ["1 running", "2 catch_up waiting", "3 waiting"]
    end(first, 3.1)
    assert held(schedule)[1:] == ["2 catch_up waiting", "3 pending"]


def test_a_tick_to_be_caught_up_takes_no_place_of_queue(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    fire(1)
    start(schedule, 1)
    fire(2.75, 3, 4)
    assert held(schedule) == [
        "1 running",
        "2 catch_up waiting",
        "3 waiting",
        "4 skipped overlap",
    ]


def test_ticks_to_be_caught_up_keep_their_place_when_a_run_is_replaced(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="latest", overlap_policy="replace")
    fire(3, 4)
    assert held(schedule) == [
        "1 missed policy",
        "2 catch_up waiting",
        "3 cancelled replaced",
        "4 pending",
    ]


def test_what_waits_under_another_policy_now_still_gets_its_turn(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    fire(1)
    first = start(schedule, 1)
    fire(2)
    actor = Actor.person(schedule.owner)
    update_schedule(
        schedule.id, {"overlap_policy": "allow"}, actor=actor, now=NOON + 2 * MINUTE
    )
    fire(3)
    end(first, 3.5)
    assert held(schedule) == ["1 succeeded", "2 pending", "3 pending"]


@pytest.mark.parametrize("policy", ["queue", "replace"])
def test_a_tick_that_waits_for_a_tick_does_not_wait_for_a_backfill(
    make_schedule: MakeSchedule, alice: User, policy: str
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="none")
    fire(3)
    end(start(schedule, 3), 3.1)
    backfill(
        schedule.id,
        from_at=NOON + MINUTE,
        to_at=NOON + 2 * MINUTE,
        actor=Actor.person(alice),
        now=NOON + 3.5 * MINUTE,
    )
    oldest = ScheduledRun.objects.get(origin="backfill", status="pending")
    assert claim_run(oldest.id, 1, token=oldest.id, now=NOON + 3.5 * MINUTE)
    ScheduledJob.objects.update(overlap_policy=policy)
    fire(4)
    fourth = start(schedule, 4)
    fire(5)
    assert run_of(schedule, 5).status == "waiting"
    end(fourth, 5.2)
    assert run_of(schedule, 5).status == "pending"


def test_the_sweep_frees_a_tick_whatever_a_backfill_does(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="none")
    fire(1)
    first = start(schedule, 1)
    fire(2)
    ScheduledRun.objects.filter(pk=first.pk).update(origin="backfill")
    sweep(NOON + 2.1 * MINUTE, judge_leases=False)
    assert run_of(schedule, 2).status == "pending"
