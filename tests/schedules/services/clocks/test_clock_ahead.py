"""A clock was ahead and is right again: what had not come is withdrawn, and all fires on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from schedules.models import ScheduledRun
from schedules.services import (
    Actor,
    pause_schedule,
    update_schedule,
)
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.ledger.ahead import ledger_ahead
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from schedules.services.upkeep.pruning import prune
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.clocks.ahead import (
    AHEAD,
    BACK,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    account_of,
    events,
    fire_all,
    pending,
    put_right,
    rows,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.heavy
@pytest.mark.parametrize("catchup", ["latest", "all", "none"])
@pytest.mark.parametrize("overlap", ["skip", "queue", "allow", "replace"])
def test_the_next_tick_is_the_first_after_now_again(
    make_schedule: MakeSchedule, catchup: str, overlap: str
) -> None:
    schedule = make_schedule(catchup_policy=catchup, overlap_policy=overlap)
    for late in (0, 5, 60, 65):
        fire_all(AHEAD + late * SECOND)
    schedule.refresh_from_db()
    assert schedule.next_tick_at > AHEAD
    assert ledger_ahead(BACK) > 2 * DAY - 2 * MINUTE
    put_right()
    schedule.refresh_from_db()
    assert schedule.next_tick_at == schedule.next_run_at == NOON + 2 * MINUTE
    assert schedule.fired_count == 0
    assert not ScheduledRun.objects.filter(scheduled_for__gt=BACK).exists()
    assert account_of(schedule).expected == 1
    fire_all(NOON + 2 * MINUTE)
    assert rows(schedule)[-1] == "2 pending"
    assert account_of(schedule).expected == 2


def test_a_range_that_straddles_now_is_cut_and_its_past_part_stays(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_all(AHEAD + 45 * SECOND)
    assert rows(schedule) == [
        "1-2820 x2820 missed window",
        "2821-2880 x60 missed policy",
    ]
    put_right(NOON + 10.5 * MINUTE)
    assert rows(schedule) == ["1-10 x10 missed window"]
    assert account_of(schedule).expected == 10
    (event,) = events(schedule)
    assert event.after["ticks_withdrawn"] == 2870
    assert event.note == "The ledger was 1 day 23 hours ahead of the clock."


def test_a_range_of_which_one_tick_has_come_is_a_single_tick(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_all(AHEAD + 45 * SECOND)
    put_right()
    assert rows(schedule) == ["1 missed window"]


def test_what_runs_goes_on_and_what_waits_behind_it_is_withdrawn(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="none")
    fire_all(AHEAD)
    running, token = pending(), uuid4()
    assert claim_run(running.pk, 1, token=token, now=AHEAD)
    fire_all(AHEAD + MINUTE)
    assert rows(schedule)[-1].endswith("waiting")
    put_right()
    assert rows(schedule) == ["1 missed window", "2880 running"]
    assert record_outcome(
        running.pk, token=token, outcome=Outcome("succeeded"), now=BACK
    )
    schedule.refresh_from_db()
    assert schedule.fired_count == 1


def test_a_job_of_a_withdrawn_run_starts_nothing(make_schedule: MakeSchedule) -> None:
    make_schedule()
    fire_all(AHEAD)
    run = pending()
    put_right()
    assert claim_run(run.pk, 1, token=uuid4(), now=BACK) is None


def test_a_clock_that_is_ahead_by_less_than_a_minute_is_left_alone(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    fire_all(NOON + MINUTE)
    now = NOON + 20 * SECOND
    assert ledger_ahead(now) is None
    pause_schedule(schedule.pk, actor=Actor.person(schedule.owner), now=now)
    assert events(schedule) == []


def test_by_a_clock_that_has_lost_its_time_nothing_is_withdrawn(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_all(NOON + 5.75 * MINUTE)
    lost = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    assert not withdraw_batch(lost, set())
    pause_schedule(schedule.pk, actor=Actor.person(schedule.owner), now=lost)
    assert rows(schedule) == ["1-5 x5 missed policy"]


@pytest.mark.parametrize("edited", [False, True])
def test_ticks_pruned_by_the_wrong_clock_no_longer_count(
    make_schedule: MakeSchedule,
    ostinato: Any,
    edited: bool,  # noqa: FBT001 a parameter
) -> None:
    ostinato(RUNS_KEPT_DAYS=1, RUNS_KEPT_AT_LEAST=1)
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    fire_all(AHEAD)
    fire_all(AHEAD + HOUR)
    changed = {"interval_seconds": 90}
    if edited:
        update_schedule(schedule.pk, changed, actor=actor, now=AHEAD + HOUR)
    list(prune(AHEAD + 9 * DAY))
    assert not ScheduledRun.objects.filter(tick_count__gt=1_000).exists()
    put_right()
    account_of(schedule)
    update_schedule(schedule.pk, {"interval_seconds": 30}, actor=actor, now=BACK)
    fire_all(BACK + MINUTE)
    account_of(schedule)
