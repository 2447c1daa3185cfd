"""A bulk action is carried out to the end, each schedule once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from schedules import limits
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    BulkAction,
    BulkItem,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services import Actor
from schedules.services.bulk_actions import carrying_out, verbs
from tests.schedules.conftest import MakeSchedule
from tests.schedules.services.bulk_actions.conftest import (
    LATER,
    Ask,
    carry_on,
    carry_out,
    confirm,
    outcomes,
)
from workflows.kit.errors import InvalidInput, Unavailable

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def slices_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying_out, "SLICE_ITEMS", 2)
    monkeypatch.setattr(carrying_out, "SLICE_SECONDS", 60.0)


def many(make: MakeSchedule, count: int, **fields: object) -> list[ScheduledJob]:
    return [make(name=f"s{number}", **fields) for number in range(count)]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "options", "event"),
    [
        ("pause", {}, "pause"),
        ("run", {}, "run"),
        ("tag", {"add_tags": ["etl"]}, "update"),
        ("delete", {}, "stop"),
    ],
)
def test_a_verb_acts_once_on_each_with_the_note(
    ask: Ask, make_schedule: MakeSchedule, verb: str, options: dict, event: str
) -> None:
    many(make_schedule, 5)
    action = carry_out(ask(verb), note="tidying up", **options)
    events = ScheduleEvent.objects.filter(verb=event, note="tidying up")
    names = sorted(events.values_list("schedule_name", flat=True))
    assert names == ["s0", "s1", "s2", "s3", "s4"]
    assert (action.place, action.done_count, action.refused_count) == (5, 5, 0)
    assert outcomes(action) == dict.fromkeys(names, ("done", ""))


def test_resuming_catches_up_as_it_was_chosen(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    paused = make_schedule(status="paused")
    make_schedule(name="active")
    action = carry_out(ask("resume"), catch_up="latest")
    paused.refresh_from_db()
    assert paused.status == "active"
    assert ScheduledRun.objects.filter(origin="catch_up").count() == 1
    assert outcomes(action) == {"job": ("done", ""), "active": ("unchanged", "")}
    assert (action.done_count, action.unchanged_count) == (1, 1)


def test_a_slice_goes_on_where_the_last_one_ended(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    many(make_schedule, 5)
    action = confirm(ask("pause"))
    places = [carry_on(action).place for _ in range(3)]
    assert places == [2, 4, 5]
    assert action.finished_at == LATER
    carry_on(action)
    assert BulkItem.objects.count() == 5


def test_a_slice_ends_when_its_time_is_over(
    ask: Ask, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(make_schedule, 3)
    monkeypatch.setattr(carrying_out, "SLICE_SECONDS", 0.0)
    assert carry_on(confirm(ask("pause"))).place == 1


def test_nothing_happens_before_it_is_confirmed(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert carry_on(ask("delete")).place == 0
    schedule.refresh_from_db()


def test_a_second_confirmation_changes_nothing(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    action = confirm(ask("pause"), note="first")
    again = {"note": "second", "options": {}, "now": LATER}
    assert not carrying_out.confirm(action, **again)
    action.refresh_from_db()
    assert action.note == "first"


def test_the_schedules_are_those_that_were_chosen(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    many(make_schedule, 2)
    action = ask("pause")
    late = make_schedule(name="late")
    carry_out(action)
    late.refresh_from_db()
    assert late.status == "active"


def test_a_refusal_is_told_with_its_reason_and_does_not_stop_the_others(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    ended, gone, _ = many(make_schedule, 3)
    action = ask("pause")
    ScheduledJob.objects.filter(pk=ended.pk).update(
        status="stopped", next_run_at=None, next_tick_at=None
    )
    ScheduledJob.objects.filter(pk=gone.pk).delete()
    carry_out(action)
    told = outcomes(action)
    assert told["s2"] == ("done", "")
    assert told["s0"][0] == told[""][0] == "refused"
    assert "stopped" in told["s0"][1]
    assert "No schedule with this id" in told[""][1]
    assert (action.done_count, action.refused_count) == (1, 2)


def test_an_unexpected_error_of_one_does_not_stop_the_others(
    ask: Ask, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = many(make_schedule, 2)
    act = verbs._ACT["pause"]

    def explode(call: verbs.Call) -> verbs.Did:
        if call.schedule_id == broken.pk:
            ScheduledJob.objects.filter(pk=broken.pk).update(name="half done")
            raise ZeroDivisionError
        return act(call)

    monkeypatch.setitem(verbs._ACT, "pause", explode)
    action = carry_out(ask("pause"))
    assert outcomes(action)["s0"][0] == "refused"
    broken.refresh_from_db()
    assert broken.name == "s0"


def test_a_database_that_is_away_ends_the_slice_and_loses_nothing(
    ask: Ask, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(make_schedule, 2)
    action = confirm(ask("pause"))

    def away(call: verbs.Call) -> verbs.Did:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setitem(verbs._ACT, "pause", away)
        with pytest.raises(Unavailable):
            carry_on(action)
    action.refresh_from_db()
    assert action.place == 0
    assert carry_on(action).done_count == 2


def test_a_run_is_started_once_whatever_happens_to_the_place(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    action = carry_out(ask("run"))
    (run,) = ScheduledRun.objects.all()
    assert action.items.get().run_id == run.pk
    # As if the place had been lost with a power cut, but not the run.
    action.items.all().delete()
    BulkAction.objects.update(place=0, finished_at=None)
    carry_on(action)
    assert ScheduledRun.objects.get() == run


def test_rights_are_those_at_the_time_of_the_slice(
    ask: Ask, make_schedule: MakeSchedule, bob: User
) -> None:
    many(make_schedule, 4)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    names = ["view_scheduledjob", "change_scheduledjob"]
    bob.user_permissions.set(Permission.objects.filter(codename__in=names))
    action = confirm(ask("pause", user=bob))
    carry_on(action, User.objects.get(pk=bob.pk))
    bob.user_permissions.set(Permission.objects.filter(codename=names[0]))
    carry_on(action, User.objects.get(pk=bob.pk))
    assert [outcome for outcome, _ in outcomes(action).values()] == [
        "done",
        "done",
        "refused",
        "refused",
    ]
    assert ScheduledJob.objects.filter(status="paused").count() == 2


def test_the_name_of_what_may_not_be_seen_any_more_is_not_told(
    ask: Ask, make_schedule: MakeSchedule, bob: User
) -> None:
    make_schedule(name="a secret")
    action = confirm(ask("pause", user=bob))
    assert outcomes(carry_on(action, bob)).keys() == {""}


def test_the_rest_is_left_when_the_person_ends_it(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    many(make_schedule, 4)
    action = carry_on(confirm(ask("delete")))
    assert carrying_out.leave_rest(action, now=LATER)
    assert not carrying_out.leave_rest(action, now=LATER)
    assert carry_on(action).rest == 2
    assert ScheduledJob.objects.count() == 2


def test_a_small_one_is_carried_out_at_once(
    ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    many(make_schedule, 5)
    action = confirm(ask("pause"))
    assert carrying_out.is_small(action)
    actor = Actor.person(alice)
    carrying_out.carry_out_at_once(action, actor=actor, now=LATER)
    action.refresh_from_db()
    assert action.done_count == 5


def test_too_many_and_none_are_refused(
    ask: Ask, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="there any more"):
        ask("pause")
    many(make_schedule, 3)
    monkeypatch.setattr(limits, "MOST_IN_BULK_ACTION", 2)
    with pytest.raises(InvalidInput, match="At most 2 schedules at once"):
        ask("pause")
    assert not BulkAction.objects.exists()


def test_only_the_newest_questions_of_a_user_are_kept(
    ask: Ask, make_schedule: MakeSchedule, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "DRAFTS_KEPT", 3)
    make_schedule()
    bobs, confirmed = ask("pause", user=bob), confirm(ask("pause"))
    newest = [ask("run") for _ in range(5)]
    for number, action in enumerate(newest):
        at = LATER + timedelta(seconds=number)
        BulkAction.objects.filter(pk=action.pk).update(created_at=at)
    last = ask("delete")
    assert {*BulkAction.objects.all()} >= {bobs, confirmed, last}
    assert BulkAction.objects.count() == 2 + 3


@pytest.mark.parametrize(
    ("verb", "inputs", "field"),
    [
        ("pause", {"note": "two\nlines"}, "note"),
        ("resume", {"catch_up": "everything"}, "catch_up"),
        ("tag", {}, "add_tags"),
        ("pause", {"catch_up": "none"}, "catch_up"),
    ],
)
def test_wrong_inputs_are_refused_before_anything_happens(
    ask: Ask, make_schedule: MakeSchedule, verb: str, inputs: dict, field: str
) -> None:
    make_schedule()
    action = ask(verb)
    with pytest.raises(InvalidSchedule) as refused:
        confirm(action, **inputs)
    assert set(refused.value.errors) == {field}
    action.refresh_from_db()
    assert action.confirmed_at is None


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "each"), [("pause", 16), ("run", 17), ("tag", 14), ("delete", 17)]
)
def test_the_queries_of_a_slice_grow_only_with_its_schedules(
    ask: Ask,
    make_schedule: MakeSchedule,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    each: int,
) -> None:
    options = {"add_tags": ["etl"]} if verb == "tag" else {}
    counts = []
    for count in (1, 4):
        monkeypatch.setattr(carrying_out, "SLICE_ITEMS", count)
        action = confirm(ask(verb, *many(make_schedule, count)), **options)
        with CaptureQueriesContext(connection) as done:
            carrying_out.carry_on(action, actor=Actor.person(alice), now=LATER)
        assert action.items.count() == count
        counts.append(len(done))
    assert counts == [each, 4 * each]


def test_an_action_that_is_gone_is_not_carried_on(
    ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    make_schedule()
    action = confirm(ask("pause"))
    BulkAction.objects.all().delete()
    carrying_out.carry_on(action, actor=Actor.person(alice), now=LATER)
    assert not ScheduledJob.objects.filter(status="paused").exists()
    assert uuid.UUID(action.ids[0]) == ScheduledJob.objects.get().pk
