"""Application code stops, pauses and resumes a schedule by its key."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules import cancel, every, pause, resume, upsert
from schedules.exceptions import InvalidSchedule, UnknownKey
from schedules.models import ScheduledJob, ScheduleEvent
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KEY = "invoice-42"


@pytest.fixture
def schedule(workflow: Workflow, alice: User) -> ScheduledJob:
    made = upsert(KEY, workflow=workflow, owner=alice, timing=every(days=1))
    return ScheduledJob.objects.get(pk=made.id)


def newest(schedule: ScheduledJob) -> tuple[str, str, str, str]:
    found = ScheduleEvent.objects.filter(schedule_id=schedule.pk).order_by("-pk")
    return found.values_list("verb", "actor_kind", "reason_code", "note")[0]


def test_code_pauses_and_resumes(schedule: ScheduledJob) -> None:
    pause(KEY, note="the customer asked for it")
    schedule.refresh_from_db()
    assert (schedule.status, schedule.reason_code) == ("paused", "by_system")
    assert newest(schedule) == (
        *("pause", "system", "by_system", "the customer asked for it"),
    )
    resume(KEY, note="it goes on", catch_up="latest")
    schedule.refresh_from_db()
    assert (schedule.status, newest(schedule)[3]) == ("active", "it goes on")


def test_cancelling_ends_it_for_good_and_keeps_its_history(
    schedule: ScheduledJob,
) -> None:
    assert cancel(KEY, note="paid") is True
    assert not ScheduledJob.objects.filter(key=KEY).exists()
    assert newest(schedule) == ("stop", "system", "by_system", "paid")
    assert cancel(KEY) is False


@pytest.mark.parametrize("verb", [pause, resume])
def test_an_unknown_key_is_refused(db: None, verb: object) -> None:
    assert callable(verb)
    with pytest.raises(UnknownKey, match="No schedule has the key 'invoice-43'"):
        verb("invoice-43")


@pytest.mark.parametrize("verb", [pause, resume, cancel])
@pytest.mark.parametrize("key", [None, 42, b"invoice-42", ["invoice-42"]])
def test_what_is_no_key_is_refused_by_name(
    schedule: ScheduledJob, verb: Any, key: Any
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        verb(key)
    why = "Give the key under which the schedule was made, which is a text: not "
    assert refused.value.errors == {"key": [f"{why}{key!r}."]}


@pytest.mark.parametrize("verb", [pause, resume, cancel])
def test_what_is_no_note_is_refused_by_name(schedule: ScheduledJob, verb: Any) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        verb(KEY, note=None)
    why = "Give a text, or leave it out: not None."
    assert refused.value.errors == {"note": [why]}


@pytest.mark.parametrize("key", ["invoice\0", "invoice\ud800"])
def test_a_key_that_no_database_can_store_is_unknown(db: None, key: str) -> None:
    assert cancel(key) is False
    for verb in (pause, resume):
        with pytest.raises(UnknownKey):
            verb(key)


def test_a_wrong_note_is_refused(schedule: ScheduledJob) -> None:
    for verb in (cancel, pause, resume):
        with pytest.raises(InvalidSchedule, match="note"):
            verb(KEY, note="x" * 501)
