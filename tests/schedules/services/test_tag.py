"""Tags are added and removed, one schedule at a time."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from schedules import limits
from schedules.exceptions import ScheduleNotFound, ScheduleStopped
from schedules.models import ScheduledJob
from schedules.services import Actor, tag_schedule
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.helpers import problems

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def tag(schedule: ScheduledJob, user: User | None = None, **given: object) -> list[str]:
    actor = Actor.person(user or schedule.owner)
    tag_schedule(schedule.id, actor=actor, now=NOON, **given)
    schedule.refresh_from_db()
    return schedule.tags


def test_tags_are_added_and_removed_and_the_others_stay(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(tags=["etl", "nightly", "old"])
    assert tag(schedule, add_tags=["eu", "etl"], remove_tags=["old", "absent"]) == [
        "etl",
        "nightly",
        "eu",
    ]


def test_the_event_has_the_tags_before_and_after_and_the_note(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(tags=["etl"])
    tag(schedule, add_tags=["eu"], note="moved to Frankfurt")
    event = schedule.events.get(verb="update")
    assert (event.before, event.after) == ({"tags": ["etl"]}, {"tags": ["etl", "eu"]})
    assert (event.actor, event.note) == (alice, "moved to Frankfurt")
    assert schedule.version == 2


def test_tags_that_it_has_already_change_nothing(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(tags=["etl"])
    tag(schedule, add_tags=["etl"], remove_tags=["absent"])
    assert schedule.version == 1
    assert schedule.events.count() == 1


def test_neither_its_next_run_nor_its_epoch_changes(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    before = (schedule.next_run_at, schedule.epoch)
    tag(schedule, add_tags=["etl"])
    assert (schedule.next_run_at, schedule.epoch) == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "add_tags"),
        ({"add_tags": [" etl"]}, "add_tags"),
        ({"add_tags": ["two\nlines"]}, "add_tags"),
        ({"add_tags": ["x" * (limits.TAG_LENGTH + 1)]}, "add_tags"),
        ({"add_tags": ["a", "a"]}, "add_tags"),
        ({"remove_tags": [""]}, "remove_tags"),
        ({"add_tags": ["a"], "remove_tags": ["a"]}, "add_tags"),
        ({"add_tags": ["one more"]}, "add_tags"),
        ({"add_tags": ["a"], "note": "two\nlines"}, "note"),
    ],
)
def test_wrong_tags_are_refused_at_their_field(
    make_schedule: MakeSchedule, given: dict[str, object], field: str
) -> None:
    schedule = make_schedule(tags=[str(number) for number in range(limits.TAGS)])
    assert set(problems(lambda: tag(schedule, **given))) == {field}
    assert schedule.events.count() == 1


def test_an_ended_schedule_and_that_of_another_are_refused(
    make_schedule: MakeSchedule, bob: User
) -> None:
    schedule = make_schedule()
    with pytest.raises(ScheduleNotFound):
        tag(schedule, bob, add_tags=["etl"])
    ScheduledJob.objects.update(status="stopped", next_run_at=None, next_tick_at=None)
    with pytest.raises(ScheduleStopped, match="can no longer be tagged"):
        tag(schedule, add_tags=["etl"])
