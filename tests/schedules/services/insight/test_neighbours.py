from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.services import Actor, pause_schedule, resume_schedule
from schedules.services.insight.neighbours import ended_pause, neighbours
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import end, fire, start

MINUTE = timedelta(minutes=1)


def test_the_runs_around_a_time_are_those_that_were_not_left_out(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    fire(1)
    end(start(schedule, 1), 1)
    fire(10.75)
    before, after = neighbours(schedule, NOON + 5 * MINUTE)
    assert before is not None
    assert (before.scheduled_for, before.status) == (NOON + MINUTE, "succeeded")
    assert after is not None
    assert after.scheduled_for == NOON + 10 * MINUTE
    assert neighbours(schedule, NOON).before is None
    assert neighbours(schedule, NOON + 30 * MINUTE).after is None


@pytest.mark.parametrize("resumed", [True, False])
def test_a_pause_ends_with_a_resumption(
    make_schedule: MakeSchedule, *, resumed: bool
) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.pk, actor=actor, now=NOON)
    if resumed:
        resume_schedule(schedule.pk, actor=actor, now=NOON + MINUTE)
    found = ended_pause(schedule.events.get(verb="pause"))
    assert (found is not None) == resumed
