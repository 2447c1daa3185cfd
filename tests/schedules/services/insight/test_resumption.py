from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, pause_schedule, resume_schedule
from schedules.services.insight.resumption import passed_meanwhile
from tests.schedules.conftest import NOON, MakeSchedule

MINUTE = timedelta(minutes=1)


def paused(schedule: ScheduledJob) -> ScheduledJob:
    return pause_schedule(schedule.pk, actor=Actor.person(schedule.owner), now=NOON)


@pytest.mark.parametrize("choice", ["none", "latest", "all"])
def test_what_is_told_of_a_choice_is_what_it_does(
    make_schedule: MakeSchedule, choice: str
) -> None:
    schedule = paused(make_schedule())
    now = NOON + 5.5 * MINUTE
    passed = passed_meanwhile(schedule, now=now)
    told = passed.choices[choice]
    assert not ScheduledRun.objects.exists()
    done = resume_schedule(
        schedule.pk, actor=Actor.person(schedule.owner), now=now, catch_up=choice
    )
    assert (passed.count, told.runs) == (done.passed, done.caught_up)
    assert told.next_run_at == done.schedule.next_run_at
    ran = ScheduledRun.objects.exclude(status="skipped").order_by("scheduled_for")
    times = [run.scheduled_for for run in ran]
    assert [told.first, told.last] == ([times[0], times[-1]] if times else [None, None])


def test_the_newest_that_passed_are_named(make_schedule: MakeSchedule) -> None:
    passed = passed_meanwhile(paused(make_schedule()), now=NOON + 5.5 * MINUTE)
    assert passed.count == 5
    assert passed.newest == [NOON + minute * MINUTE for minute in (3, 4, 5)]


def test_nothing_has_passed_yet(make_schedule: MakeSchedule) -> None:
    passed = passed_meanwhile(paused(make_schedule()), now=NOON + 0.5 * MINUTE)
    assert (passed.count, passed.newest) == (0, [])
    assert passed.choices["all"].runs == 0
    assert passed.choices["none"].next_run_at == NOON + MINUTE


def test_the_end_of_a_schedule_is_told(make_schedule: MakeSchedule) -> None:
    passed = passed_meanwhile(
        paused(make_schedule(run_at=NOON + MINUTE)), now=NOON + 2 * MINUTE
    )
    assert passed.choices["latest"].ends
    assert passed.choices["latest"].next_run_at is None


def test_a_timing_that_is_no_longer_valid_is_refused(
    make_schedule: MakeSchedule,
) -> None:
    schedule = paused(make_schedule(cron_expression="@daily"))
    schedule.timezone = "Mars/Olympus"
    with pytest.raises(InvalidSchedule):
        passed_meanwhile(schedule, now=NOON)
