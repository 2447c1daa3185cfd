"""What is wrong is refused with the field and the reason, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules import limits
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from tests.graphs import add_graph
from tests.schedules.api.conftest import SCHEDULES, Body, address, problems
from tests.schedules.conftest import BOUNDS, MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NO_INTERVAL = {"interval_seconds": None}
CRON = NO_INTERVAL | {"cron_expression": "0 9 * * *"}
WRONG: list[tuple[str, Body]] = [
    ("timezone", {"timezone": "Mars/Olympus"}),
    ("timezone", {"timezone": "europe/berlin"}),
    ("timezone", {"timezone": "\ud800"}),
    ("cron_expression", CRON | {"cron_expression": "61 * * * *"}),
    ("cron_expression", CRON | {"cron_expression": "0 0 30 2 *"}),
    ("cron_expression", CRON | {"cron_expression": "* * * * * *"}),
    ("cron_expression", CRON | {"cron_expression": "\x00"}),
    ("cron_expression", CRON | {"cron_expression": "0 9 * * *" + " " * 300}),
    ("cron_expression", CRON | {"cron_expression": 5}),
    ("cron_expression", CRON | {"cron_expression": None}),
    ("interval_seconds", {"interval_seconds": 0}),
    ("interval_seconds", {"interval_seconds": -5}),
    ("interval_seconds", {"interval_seconds": 10**30}),
    ("interval_seconds", {"interval_seconds": 1.5}),
    ("interval_seconds", {"interval_seconds": "60"}),
    ("interval_seconds", {"interval_seconds": True}),
    ("interval_seconds", {"interval_seconds": [60]}),
    ("cron_expression", {"cron_expression": "0 9 * * *"}),
    ("interval_seconds", {"cron_expression": "0 9 * * *"}),
    ("schedule_type", NO_INTERVAL),
    ("schedule_type", {"schedule_type": "sometimes"}),
    ("interval_seconds", {"schedule_type": "cron"}),
    ("run_at", NO_INTERVAL | {"run_at": "2001-01-01T00:00:00Z"}),
    ("run_at", NO_INTERVAL | {"run_at": "tomorrow"}),
    ("run_at", NO_INTERVAL | {"run_at": "2040-01-01"}),
    ("run_at", NO_INTERVAL | {"run_at": "2040-13-01T00:00:00Z"}),
    ("run_at", NO_INTERVAL | {"run_at": 2_000_000_000}),
    ("start_at", {"start_at": "0001-01-01T00:00:00+14:00"}),
    ("start_at", {"start_at": "0001-01-01T00:00:00"}),
    ("run_at", NO_INTERVAL | {"run_at": "9999-12-31T23:59:59Z"}),
    ("end_at", {"end_at": "9999-12-31T23:59:59-14:00"}),
    ("end_at", {"start_at": "2040-01-02T00:00:00Z", "end_at": "2040-01-01T00:00:00Z"}),
    ("end_at", {"end_at": "2001-01-01T00:00:00Z"}),
    ("anchor_at", CRON | {"anchor_at": "2040-01-01T00:00:00Z"}),
    ("name", {"name": ""}),
    ("name", {"name": " \t"}),
    ("name", {"name": None}),
    ("name", {"name": 5}),
    ("name", {"name": "n" * (limits.NAME_LENGTH + 1)}),
    ("name", {"name": "nul\x00"}),
    ("name", {"name": "bell\x07"}),
    ("name", {"name": "half a pair \ud83d"}),
    ("name", {"name": "turned \u202e round"}),
    ("name", {"name": "two\u2028lines"}),
    ("name", {"name": "two\u2029paragraphs"}),
    ("name", {"name": "\u200b"}),
    ("name", {"name": "\u200d"}),
    ("name", {"name": "look\u200dalike"}),
    ("name", {"name": "no mark \ufeff"}),
    ("tags", {"tags": ["look\u200balike"]}),
    ("description", {"description": "d" * (limits.DESCRIPTION_LENGTH + 1)}),
    ("description", {"description": "nul\x00"}),
    ("description", {"description": "half a pair \udc00"}),
    ("workflow", {"workflow": None}),
    ("workflow", {"workflow": "not-an-id"}),
    ("workflow", {"workflow": "6f0bd4c4-25d4-4b29-8bd4-3ad11ff3ae50"}),
    ("workflow", {"workflow": {"id": 1}}),
    ("trigger_node", {"trigger_node": 10**30}),
    ("trigger_node", {"trigger_node": "1"}),
    ("trigger_node", {"trigger_node": True}),
    ("trigger_payload", {"trigger_payload": None}),
    ("trigger_payload", {"trigger_payload": []}),
    ("trigger_payload", {"trigger_payload": "text"}),
    ("trigger_payload", {"trigger_payload": {"a": "x" * limits.PAYLOAD_BYTES}}),
    ("trigger_payload", {"trigger_payload": {"nul\x00": 1}}),
    ("trigger_payload", {"trigger_payload": {"a": ["half a pair \ud800"]}}),
    ("tags", {"tags": "one"}),
    ("tags", {"tags": {"a": 1}}),
    ("tags", {"tags": [""]}),
    ("tags", {"tags": [" "]}),
    ("tags", {"tags": ["one "]}),
    ("tags", {"tags": ["\u3000one"]}),
    ("tags", {"tags": ["one", "two", "one"]}),
    ("tags", {"tags": [1]}),
    ("tags", {"tags": ["two\nlines"]}),
    ("tags", {"tags": ["t"] * (limits.TAGS + 1)}),
    ("catchup_policy", {"catchup_policy": "some"}),
    ("overlap_policy", {"overlap_policy": ["skip"]}),
    ("max_runs", {"max_runs": 0}),
    *((name, {name: -1}) for name in BOUNDS),
    *((name, {name: high + 1}) for name, (_, high) in BOUNDS.items()),
    ("color", {"color": "red"}),
    ("status", {"status": "stopped"}),
    ("version", {"version": 1}),
    ("idempotency_key", {"idempotency_key": "k" * 201}),
    ("idempotency_key", {"idempotency_key": "\x00"}),
]


def post_text(api: APIClient, text: str | bytes) -> Any:
    """The test client's own JSON has no half pairs, no NaN, and no depth."""
    return api.post(SCHEDULES, text, content_type="application/json")


def nothing_was_made() -> bool:
    return not (ScheduledJob.objects.exists() or ScheduleEvent.objects.exists())


@pytest.mark.parametrize(("field", "wrong"), WRONG)
def test_a_wrong_field_is_refused_by_name(
    api: APIClient, body: Body, field: str, wrong: Body
) -> None:
    answer = post_text(api, json.dumps(body | wrong))
    assert field in problems(answer)
    assert nothing_was_made()


@pytest.mark.parametrize("field", ["name", "workflow"])
def test_a_missing_field_is_named(api: APIClient, body: Body, field: str) -> None:
    del body[field]
    answer = api.post(SCHEDULES, body)
    assert field in problems(answer)


def test_all_problems_are_reported_at_once(api: APIClient, body: Body) -> None:
    wrong = {"max_retries": -1, "timezone": "Mars/Olympus", "tags": [""]}
    answer = api.post(SCHEDULES, body | wrong)
    assert problems(answer) == wrong.keys()


def test_a_number_is_not_a_valid_workflow_id(
    api: APIClient, body: Body, workflow: Workflow
) -> None:
    answer = api.post(SCHEDULES, body | {"workflow": workflow.pk.int})
    assert answer.json()["errors"] == {"workflow": ["Must be a UUID."]}


def test_a_node_of_another_workflow_is_refused_like_a_missing_one(
    api: APIClient, body: Body, alice: User
) -> None:
    other = Workflow.objects.create(name="other", owner=alice)
    node = add_graph(other, {"start": ("trigger_schedule", {})})["start"]
    answers = [
        api.post(SCHEDULES, body | {"trigger_node": pk}) for pk in (node.pk, 10**9)
    ]
    assert problems(answers[0]) == {"trigger_node"}
    assert answers[0].json() == answers[1].json()


def test_a_node_that_is_not_a_schedule_trigger_is_refused(
    api: APIClient, body: Body, workflow: Workflow
) -> None:
    node = workflow.nodes.get(node_id="say")
    answer = api.post(SCHEDULES, body | {"trigger_node": node.pk})
    assert "trigger_node" in problems(answer)


def test_a_change_is_checked_like_a_creation(
    api: APIClient, make_schedule: MakeSchedule, bob: User
) -> None:
    schedule = make_schedule()
    theirs = Workflow.objects.create(name="bob's", owner=bob)
    wrong: Body = {
        "name": "",
        "workflow": str(theirs.id),
        "interval_seconds": 0,
        "max_runs": 0,
        "unheard_of": 1,
        "rq_job_id": "x",
        "version": "1",
    }
    for field, value in wrong.items():
        answer = api.patch(address(schedule), {field: value})
        assert field in problems(answer)
    schedule.refresh_from_db()
    assert schedule.version == 1
    assert not ScheduleEvent.objects.filter(verb="update").exists()


def test_max_runs_below_what_has_fired_is_refused(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.update(fired_count=3)
    answer = api.patch(address(schedule), {"max_runs": 3})
    assert "max_runs" in problems(answer)


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [
        ("pause", "note", "n" * (limits.NOTE_LENGTH + 1)),
        ("pause", "note", "nul\x00"),
        ("pause", "note", "red \x1b[31m"),
        ("pause", "note", 5),
        ("pause", "catch_up", "all"),
        ("resume", "catch_up", "everything"),
        ("resume", "catch_up", None),
        ("resume", "note", ["a"]),
        ("run", "request_id", "r" * 101),
        ("run", "request_id", "nul\x00"),
        ("run", "request_id", 5),
        ("run", "payload", {}),
    ],
)
def test_an_action_refuses_unknown_fields(
    api: APIClient, make_schedule: MakeSchedule, verb: str, field: str, value: Any
) -> None:
    schedule = make_schedule()
    answer = api.post(address(schedule, verb), {field: value})
    assert field in problems(answer)
    assert not ScheduledRun.objects.exists()
    schedule.refresh_from_db()
    assert (schedule.status, schedule.version) == ("active", 1)


@pytest.mark.parametrize(
    "sent",
    [
        "{",
        "nonsense",
        "[]",
        '"text"',
        "5",
        '{"name": NaN}',
        '{"name": ' + "9" * 5_000 + "}",
        '{"trigger_payload": ' + '{"a":' * 150 + "1" + "}" * 150 + "}",
        "[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda sent: str(sent[:20]),
)
def test_a_body_that_is_not_a_json_object_is_refused(
    api: APIClient, sent: str | bytes
) -> None:
    answer = post_text(api, sent)
    assert answer.status_code == 400
    assert nothing_was_made()


def test_a_form_is_refused_where_json_is_expected(api: APIClient, body: Body) -> None:
    answer = api.post(SCHEDULES, "name=job", content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize("value", ["1e400", "-1e400"])
def test_a_number_that_no_database_holds_is_refused(
    api: APIClient, body: Body, value: str
) -> None:
    text = json.dumps(body)[:-1] + f', "trigger_payload": {{"n": {value}}}}}'
    answer = post_text(api, text)
    assert "trigger_payload" in problems(answer)
