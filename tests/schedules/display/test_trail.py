from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from schedules.display.trail import did, quoted_note
from schedules.models import EventVerb, ScheduleEvent
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    stop_schedule,
    update_schedule,
)
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire

MINUTE = timedelta(minutes=1)


def told(**fields: object) -> str:
    return did(ScheduleEvent(**fields))


def trail() -> list[str]:
    return [did(event) for event in ScheduleEvent.objects.order_by("pk")]


def test_what_people_do_is_told_in_words(
    make_schedule: MakeSchedule, alice: User
) -> None:
    actor = Actor.person(alice)
    schedule = make_schedule()
    pause_schedule(schedule.pk, actor=actor, now=NOON, note="because")
    resume_schedule(schedule.pk, actor=actor, now=NOON + 3.5 * MINUTE)
    update_schedule(schedule.pk, {"name": "new"}, actor=actor, now=NOON + 4 * MINUTE)
    run_now(schedule.pk, actor=actor, now=NOON + 4 * MINUTE)
    fire(10.75)
    span = {"from_at": NOON, "to_at": NOON + 6 * MINUTE}
    backfill(schedule.pk, **span, actor=actor, now=NOON + 11 * MINUTE)
    stop_schedule(schedule.pk, actor=actor, now=NOON + 12 * MINUTE)
    assert trail() == [
        "created it",
        "paused it",
        "resumed it; the 3 missed runs were not caught up",
        "changed the settings",
        "ran it by hand",
        "backfilled 6 past runs",
        "deleted it",
    ]


def test_what_the_site_does_is_told_with_its_reason(
    make_schedule: MakeSchedule,
) -> None:
    make_schedule(run_at=NOON + MINUTE)
    fire_due(NOON + MINUTE)
    assert trail()[-1] == "ended it: its one run is done"
    assert quoted_note(ScheduleEvent.objects.latest("pk")) == ""
    failures = told(verb="pause", actor_kind="system", reason_code="failures")
    assert failures == "paused it after too many failures in a row"
    gone = told(verb="stop", reason_code="workflow_deleted")
    assert gone == "deleted it together with its workflow"


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (0, "resumed it; the 3 missed runs were not caught up"),
        (1, "resumed it; 1 of 3 missed runs was caught up"),
        (3, "resumed it; the 3 missed runs were caught up"),
    ],
)
def test_how_much_was_caught_up_is_told(ran: int, words: str) -> None:
    after = {"ticks_passed": 3, "ticks_caught_up": ran}
    assert told(verb="resume", after=after) == words


@pytest.mark.parametrize("verb", EventVerb.values)
def test_every_verb_has_words_of_its_own(verb: str) -> None:
    words = told(verb=verb)
    assert words
    assert words != str(EventVerb(verb).label)
