"""Every door has every field of a schedule, or the table of the fields says why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils.html import escape
from rest_framework.test import APIClient

from platform_site.local.data_dir import BASE_DIR
from schedules import limits, models
from schedules.admin.form.words import label_of
from schedules.api.serializers import NewSchedule
from schedules.display.short_ids import short
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, pause_schedule, run_now
from schedules.services.drafts.draft import apply_fields
from schedules.services.drafts.fields import FIELDS, Door, FieldSpec, Kind, fields_at
from schedules.timing import IntervalTiming, TimingError
from schedules.tools import tools
from tests.api import client
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.api.conftest import SCHEDULES, address
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


class Visitor:
    """Alice, a superuser, at each door in turn."""

    def __init__(self, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_superuser=True, is_staff=True)
        alice.refresh_from_db()
        self.api: APIClient = client(alice)
        self.api.default_format = "json"
        self.site = Client()
        self.site.force_login(alice)


@pytest.fixture
def visitor(alice: User) -> Visitor:
    return Visitor(alice)


def taken_by_the_api(visitor: Visitor, schedule: ScheduledJob) -> set[str]:
    """What neither a creation nor a change nor a preview takes for a misspelling."""
    nonsense = {name: [[]] for name in FIELDS}
    answers = [
        visitor.api.post(SCHEDULES, nonsense),
        visitor.api.patch(address(schedule), nonsense),
        visitor.api.post(f"{SCHEDULES}preview/", nonsense),
    ]
    unknown = {
        name
        for answer in answers
        for name, reasons in answer.json()["errors"].items()
        if reasons == ["This field does not exist."]
    }
    return FIELDS.keys() - unknown


def answered_by_the_api(visitor: Visitor, schedule: ScheduledJob) -> set[str]:
    return set(visitor.api.get(address(schedule)).json())


def asked_in_the_admin(visitor: Visitor, schedule: ScheduledJob) -> set[str]:
    """What both pages show an input for, with its label."""
    pages = [visitor.site.get(path).text for path in (f"{LIST}add/", page(schedule))]
    return {
        field.name
        for field in FIELDS.values()
        for words in [(f'name="{field.name}"', escape(label_of(field.name)))]
        if all(word in text for text in pages for word in words)
    }


def taken_by_the_tools(_: Visitor, __: ScheduledJob) -> set[str]:
    taken = tools["schedule_create"].input_schema["properties"]
    return {
        field.name
        for field in FIELDS.values()
        if field.help in taken.get(field.argument, {}).get("description", "")
    }


def kept_in_history(_: Visitor, schedule: ScheduledJob) -> set[str]:
    return set(schedule.events.get(verb="create").after)


MET: dict[Door, Callable[[Visitor, ScheduledJob], set[str]]] = {
    Door.REST_IN: taken_by_the_api,
    Door.REST_OUT: answered_by_the_api,
    Door.ADMIN: asked_in_the_admin,
    Door.TOOLS: taken_by_the_tools,
    Door.HISTORY: kept_in_history,
}


@pytest.mark.parametrize("door", Door)
def test_a_door_has_every_field_or_the_table_says_why_it_does_not(
    door: Door, visitor: Visitor, make_schedule: MakeSchedule
) -> None:
    lacking = FIELDS.keys() - MET[door](visitor, make_schedule())
    assert lacking == {
        name for name, field in FIELDS.items() if field.without.get(door)
    }


def test_who_may_only_read_a_schedule_reads_the_same_labels(
    make_schedule: MakeSchedule,
) -> None:
    reader, site = User.objects.create_user("reader", is_staff=True), Client()
    reader.user_permissions.set(Permission.objects.filter(codename="view_scheduledjob"))
    site.force_login(reader)
    text = site.get(page(make_schedule())).text
    assert [
        each.name
        for each in fields_at(Door.ADMIN)
        if label_of(each.name) not in unescape(text)
    ] == []


def sample(field: FieldSpec) -> Any:
    """What a field may be set to, and is not by itself."""
    if field.kind is Kind.NUMBER:
        assert field.bounds
        return field.bounds[1]
    if field.kind is Kind.CHOICE:
        return field.choices[-1]
    samples = {
        Kind.TEXT: "x",
        Kind.TIME: "2099-01-01T00:00:00Z",
        Kind.OBJECT: {"a": 1},
        Kind.WORDS: ["a", "b"],
    }
    return samples.get(field.kind)


@pytest.mark.both_databases
def test_what_is_set_is_answered_and_recorded_whatever_the_field(
    visitor: Visitor, workflow: Workflow
) -> None:
    """All at once, but for what only a schedule of another type or one that calls has."""
    sent = {name: sample(field) for name, field in FIELDS.items()}
    sent |= {"call": "", "arguments": {}, "run_on": "worker"}
    sent |= {
        "workflow": str(workflow.pk),
        "trigger_node": workflow.nodes.get(node_id="start").pk,
        "schedule_type": "interval",
        "timezone": "Asia/Tokyo",
        "cron_expression": "",
        "run_at": None,
    }
    made = visitor.api.post(SCHEDULES, sent | {"jitter_seconds": 0})
    assert made.status_code == 201, made.json()
    changed = visitor.api.patch(f"{SCHEDULES}{made.json()['id']}/", sent)
    assert {name: changed.json()[name] for name in FIELDS} == sent
    created, updated = ScheduleEvent.objects.order_by("pk")
    assert created.after.keys() == FIELDS.keys()
    assert updated.after == {"jitter_seconds": limits.DAY}


def test_a_field_that_nobody_has_is_refused_by_name(alice: User) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        apply_fields(ScheduledJob(owner=alice), {"owner": alice, "nme": "x"}, now=NOON)
    assert refused.value.errors == {
        "owner": ["Unknown field: leave it out."],
        "nme": ["Unknown field: leave it out."],
    }


BEFORE_ALL = datetime(1, 1, 1)  # noqa: DTZ001 - on the clock of the schedule
IN_THE_WEST = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12)))


@pytest.mark.parametrize("time", [BEFORE_ALL, IN_THE_WEST])
@pytest.mark.parametrize(
    "name", [name for name, field in FIELDS.items() if field.kind is Kind.TIME]
)
def test_a_time_outside_the_calendar_is_refused_under_its_own_name(
    make_schedule: MakeSchedule, name: str, time: datetime
) -> None:
    when = {"run_at": NOON} if name == "run_at" else {"interval_seconds": 60}
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(**when | {name: time})
    assert refused.value.errors == {name: [f"{name} {time} is outside the calendar."]}


# One bound, one place: each of these had two.


def test_the_longest_interval_is_the_same_for_the_timing_the_api_and_the_tools() -> (
    None
):
    longest = limits.INTERVAL_SECONDS[1]
    assert IntervalTiming(longest, NOON).every_seconds == longest
    with pytest.raises(TimingError, match=str(longest)):
        IntervalTiming(longest + 1, NOON)
    assert NewSchedule().fields["interval_seconds"].schema["maximum"] == longest
    asked = tools["schedule_create"].input_schema["properties"]["interval_seconds"]
    assert asked["anyOf"][0]["maximum"] == longest


def test_the_longest_cron_expression_is_the_same_for_the_syntax_the_column_and_the_tools(
    make_schedule: MakeSchedule,
) -> None:
    start = ("0," * limits.CRON_LENGTH)[: limits.CRON_LENGTH - len("0 9 * * *")]
    longest = f"{start}0 9 * * *"
    assert make_schedule(cron_expression=longest).cron_expression == longest
    with pytest.raises(InvalidSchedule, match=str(limits.CRON_LENGTH)):
        make_schedule(cron_expression=f"0,{longest}")
    asked = tools["schedule_create"].input_schema["properties"]["cron_expression"]
    assert asked["anyOf"][0]["maxLength"] == limits.CRON_LENGTH


@pytest.mark.parametrize(
    ("columns", "longest"),
    [
        (
            "ScheduledJob.name ScheduledRun.schedule_name ScheduleEvent.schedule_name",
            limits.NAME_LENGTH,
        ),
        ("ScheduledJob.description", limits.DESCRIPTION_LENGTH),
        ("ScheduledJob.status_reason ScheduleEvent.note", limits.NOTE_LENGTH),
        ("ScheduledJob.timezone UserProfile.timezone", limits.ZONE_LENGTH),
        ("ScheduledJob.idempotency_key", limits.IDEMPOTENCY_KEY_LENGTH),
        ("ScheduledRun.request_id", limits.REQUEST_ID_LENGTH),
    ],
)
def test_a_column_holds_what_the_limit_allows(columns: str, longest: int) -> None:
    for column in columns.split():
        model, name = column.split(".")
        found = getattr(models, model)._meta.get_field(name)
        assert found.max_length == longest, column


def test_the_list_in_the_admin_and_the_api_speak_of_the_same_newest_run(
    visitor: Visitor, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    run_now(schedule.pk, actor=actor, now=NOON + timedelta(seconds=2))
    pause_schedule(schedule.pk, actor=actor, now=NOON + timedelta(seconds=3))
    newest = run_now(schedule.pk, actor=actor, now=NOON + timedelta(seconds=4))
    answered = visitor.api.get(address(schedule)).json()["last_run"]
    assert answered["status"] == newest.status == "pending"
    listed = visitor.site.get(LIST).text
    assert f"r/{short(newest.pk)}" in listed
    assert "Queued" in listed


def test_the_type_of_a_schedules_trigger_is_spelled_out_once() -> None:
    spelled = [
        path
        for app in ("platform_site", "schedules", "triggers", "workflows")
        for path in (BASE_DIR / app).rglob("*.py")
        if re.search(r"""["']trigger_schedule["']""", path.read_text())
    ]
    assert [path.name for path in spelled] == ["trigger_schedule.py"]
