"""Whatever is sent, the answer is a refusal or a schedule; never an error of ours."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from schedules.api.serializers import (
    Decide,
    NewSchedule,
    Pause,
    Resume,
    RunNow,
    ScheduleChange,
)
from tests.effort import some
from tests.schedules.api.conftest import SCHEDULES, address
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# Any string, halves of surrogate pairs and NUL included.
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | TEXTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=10,
)
# What is nearly right reaches deeper than what is plainly wrong.
NEARLY = st.sampled_from(
    [
        *(0, 1, 60, 2**31 - 1, 2**31, 2**63, -1, "", "UTC", "Europe/Berlin"),
        *("cron", "interval", "once", "latest", "all", "skip", "replace"),
        *("* * * * *", "0 0 29 2 *", "@hourly", "0 0 L * *", "59 23 31 12 5#5"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2040-02-30T00:00:00Z"),
        *("9999-12-31T23:59:59-23:59", "2040-03-31T02:30:00", "2040-01-01T00:00:00Z"),
        *({}, [], {"a": [{"b": 1e308}]}, ["tag"], ["tag", "tag"]),
        "00000000-0000-0000-0000-000000000000",
    ]
)
ROUNDS = settings(
    max_examples=some(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@cache  # checked once, and not for each example
def bodies(kind: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the fields that are known, with any values, and perhaps one that is not."""
    fields = dict.fromkeys(kind().fields, NEARLY | JSON)
    return st.fixed_dictionaries({}, optional=fields) | st.dictionaries(TEXTS, JSON)


def send(api: APIClient, method: str, path: str, body: Any) -> Any:
    send_it = getattr(api, method)
    return send_it(path, json.dumps(body), content_type="application/json")


@ROUNDS
@given(data=st.data())
def test_any_new_schedule_is_made_or_refused(
    api: APIClient, workflow: Workflow, data: st.DataObject
) -> None:
    right = {"name": "job", "workflow": str(workflow.id)}
    body = right | data.draw(bodies(NewSchedule))
    answer = send(api, "post", SCHEDULES, body)
    assert answer.status_code in {201, 400}
    if answer.status_code == 201:
        made = answer.json()
        assert api.get(f"{SCHEDULES}{UUID(made['id'])}/").json() == made


@ROUNDS
@given(data=st.data())
def test_any_change_is_made_or_refused(
    api: APIClient, make_schedule: MakeSchedule, data: st.DataObject
) -> None:
    schedule = make_schedule()
    for body in data.draw(st.lists(bodies(ScheduleChange), min_size=1, max_size=3)):
        answer = send(api, "patch", address(schedule), body)
        assert answer.status_code in {200, 400, 409}
        assert api.get(address(schedule)).status_code == 200


@ROUNDS
@given(data=st.data())
def test_any_body_of_a_verb_is_obeyed_or_refused(
    api: APIClient, make_schedule: MakeSchedule, data: st.DataObject
) -> None:
    schedule = make_schedule()
    for verb, kind, most in (
        ("pause", Pause, 400),
        ("resume", Resume, 400),
        ("run", RunNow, 400),
        ("decline", Decide, 409),
        ("approve", Decide, 409),
    ):
        body = data.draw(bodies(kind) | JSON)
        answer = send(api, "post", address(schedule, verb), body)
        assert answer.status_code in {200, 202, 400, most}


@ROUNDS
@given(
    name=st.sampled_from(["status", "workflow", "search", "page_size", "cursor"])
    | TEXTS,
    value=TEXTS | NEARLY.map(str),
)
def test_any_query_is_answered_or_refused(
    api: APIClient, make_schedule: MakeSchedule, name: str, value: str
) -> None:
    schedule = make_schedule()
    query = "=".join(quote(part, errors="surrogatepass") for part in (name, value))
    for path in (SCHEDULES, address(schedule, "runs")):
        assert api.get(f"{path}?{query}").status_code in {200, 400, 404}
