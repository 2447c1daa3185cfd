"""What is as large as it may be is taken, and what is larger is refused with its field."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules import limits
from tests.schedules.api.conftest import SCHEDULES, Body, address, problems
from tests.schedules.conftest import MakeSchedule
from workflows.kit.api.queries import MOST_TEXT
from workflows.kit.json_value import MAX_DEPTH

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def of_bytes(size: int) -> Body:
    return {"a": "x" * (size - len('{"a": ""}'))}


def tags(number: int, length: int) -> list[str]:
    return [f"{index:02}" + "x" * (length - 2) for index in range(number)]


AT_THE_LIMIT: list[tuple[str, Any, Any]] = [
    ("name", "n" * limits.NAME_LENGTH, "n" * (limits.NAME_LENGTH + 1)),
    (
        "description",
        "ü" * limits.DESCRIPTION_LENGTH,
        "ü" * (limits.DESCRIPTION_LENGTH + 1),
    ),
    (
        "trigger_payload",
        of_bytes(limits.PAYLOAD_BYTES),
        of_bytes(limits.PAYLOAD_BYTES + 1),
    ),
    ("tags", tags(limits.TAGS, 10), tags(limits.TAGS + 1, 10)),
    ("tags", tags(1, limits.TAG_LENGTH), tags(1, limits.TAG_LENGTH + 1)),
]


@pytest.mark.parametrize(("field", "fits", "is_larger"), AT_THE_LIMIT)
def test_a_schedule_takes_what_is_as_large_as_it_may_be(
    api: APIClient, body: Body, field: str, fits: Any, is_larger: Any
) -> None:
    assert field in problems(api.post(SCHEDULES, body | {field: is_larger}))
    made = api.post(SCHEDULES, body | {field: fits})
    assert made.status_code == 201, made.json()
    assert made.json()[field] == fits


def test_json_is_nested_only_so_deep(api: APIClient, body: Body) -> None:
    def nested(levels: int) -> Any:
        value: Any = "x"
        for _ in range(levels - 1):
            value = [value]
        return {"a": value}

    fits = body | {"trigger_payload": nested(MAX_DEPTH - 1)}
    assert api.post(SCHEDULES, fits).status_code == 201
    is_deeper = body | {"trigger_payload": nested(MAX_DEPTH)}
    assert problems(api.post(SCHEDULES, is_deeper)) == {"trigger_payload"}


@pytest.mark.heavy
@pytest.mark.parametrize("number", ["9" * 4301, "1e999", "-1e400", "NaN", "Infinity"])
@pytest.mark.parametrize(
    "text", ['{"trigger_payload": {"a": N}}', '{"max_runs": N}', '{"tags": [N]}', "N"]
)
def test_a_number_that_json_cannot_hold_is_refused_wherever_json_is_taken(
    api: APIClient, number: str, text: str
) -> None:
    for path in (SCHEDULES, f"{SCHEDULES}preview/", f"{SCHEDULES}bulk/"):
        sent = text.replace("N", number)
        answer = api.post(path, sent, content_type="application/json")
        assert answer.status_code == 400


@pytest.mark.heavy
@pytest.mark.parametrize(
    "expression",
    [
        ",".join(map(str, range(60))) + " * * * *",
        "* * " + "1-31," * 37 + "1 * *",
        "0 0 29 2 mon#5",
        "59 23 31 12 *",
        "*/1 " * 40,
        "0 0 " + "L,15W," * 25 + "1 * *",
        "9" * limits.CRON_LENGTH,
        "0 9 * * *" + " " * 100_000,
        "0 9 * * " + "1," * 50_000,
    ],
)
def test_a_cron_expression_is_taken_or_refused_in_time(
    api: APIClient, body: Body, expression: str
) -> None:
    """50 ms by the contract; ten times that for the request around it, on a busy machine."""
    sent = {"interval_seconds": None, "cron_expression": expression}
    began = time.process_time()
    answer = api.post(f"{SCHEDULES}?dry_run=true", body | sent)
    assert time.process_time() - began < 0.5
    if len(expression) > limits.CRON_LENGTH:
        assert problems(answer) == {"cron_expression"}


def test_the_length_of_a_note_is_limited(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    is_larger = {"note": "n" * (limits.NOTE_LENGTH + 1)}
    assert problems(api.post(address(schedule, "pause"), is_larger)) == {"note"}
    fits = {"note": "n" * limits.NOTE_LENGTH}
    assert api.post(address(schedule, "pause"), fits).status_code == 200


def test_an_idempotency_key_has_a_length(api: APIClient, body: Body) -> None:
    most = limits.IDEMPOTENCY_KEY_LENGTH
    is_larger = body | {"idempotency_key": "k" * (most + 1)}
    assert problems(api.post(SCHEDULES, is_larger)) == {"idempotency_key"}
    fits = body | {"idempotency_key": "k" * most}
    assert api.post(SCHEDULES, fits).status_code == 201


@pytest.mark.parametrize("path", [SCHEDULES, "/api/v1/workflows/"])
def test_a_text_that_is_searched_for_has_a_length(api: APIClient, path: str) -> None:
    assert api.get(path, {"search": "%" * MOST_TEXT}).status_code == 200
    answer = api.get(path, {"search": "a" * (MOST_TEXT + 1)})
    assert json.loads(answer.content)["errors"].keys() == {"search"}
