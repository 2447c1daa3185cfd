"""Several at once, or one that is killed in between: each schedule is put right once."""

from __future__ import annotations

from typing import Any

import pytest

from schedules.models import ScheduledJob, ScheduleEpoch
from schedules.services import Actor, pause_schedule
from schedules.services.clocks import withdrawing
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.ledger.ahead import ledger_ahead
from tests.at_once import at_once
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.clocks.ahead import (
    AHEAD,
    BACK,
    HOUR,
    MINUTE,
    SECOND,
    account_of,
    events,
    fire_all,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_many_rows_are_taken_out_in_several_transactions_each_of_which_proves(
    make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between any two of them, the ledger is whole and the next goes on."""
    monkeypatch.setattr(withdrawing, "MOST_ROWS", 10)
    schedule = make_schedule(interval_seconds=1)
    for second in range(60):
        fire_all(NOON + HOUR + second * SECOND)
    tried: set[Any] = set()
    steps = 0
    while withdraw_batch(BACK, tried):
        steps += 1
        account_of(schedule)
    assert steps > 5
    schedule.refresh_from_db()
    assert schedule.next_tick_at == BACK + SECOND
    assert schedule.fired_count == 0


def test_two_schedulers_that_find_the_same_put_it_right_once(
    make_schedule: MakeSchedule,
) -> None:
    schedules = [make_schedule() for _ in range(12)]
    fire_all(AHEAD)

    def put_all_right() -> None:
        tried: set[Any] = set()
        while withdraw_batch(BACK, tried):
            pass

    assert at_once([put_all_right] * 3) == [None] * 3
    assert ledger_ahead(BACK) is None
    for schedule in schedules:
        assert len(events(schedule)) == 1
        assert account_of(schedule).expected == 1


def test_a_verb_and_a_scheduler_at_once(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire_all(AHEAD)
    actor = Actor.person(schedule.owner)
    results = at_once(
        [
            lambda: withdraw_batch(BACK, set()),
            lambda: pause_schedule(schedule.pk, actor=actor, now=BACK),
            lambda: fire_all(BACK),
        ]
    )
    assert not any(isinstance(result, Exception) for result in results)
    assert len(events(schedule)) == 1
    schedule.refresh_from_db()
    assert (schedule.status, schedule.next_tick_at) == ("paused", NOON + 2 * MINUTE)
    account_of(schedule)


def test_one_schedule_that_cannot_be_put_right_keeps_no_other_from_it(
    make_schedule: MakeSchedule, caplog: pytest.LogCaptureFixture
) -> None:
    broken, well = make_schedule(cron_expression="* * * * *"), make_schedule()
    fire_all(AHEAD)
    ScheduledJob.objects.filter(pk=broken.pk).update(timezone="Mars/Olympus")
    ScheduleEpoch.objects.filter(schedule=broken).update(from_at=AHEAD)
    ScheduledJob.objects.filter(pk=broken.pk).update(
        next_tick_at=None, next_run_at=None, status="stopped"
    )
    tried: set[Any] = set()
    while withdraw_batch(BACK, tried):
        pass
    assert tried == {broken.pk}
    assert "ticks_not_withdrawn" in caplog.text
    well.refresh_from_db()
    assert well.next_tick_at == NOON + 2 * MINUTE
