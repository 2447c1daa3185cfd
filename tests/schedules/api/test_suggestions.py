"""A timing that is written as another program writes it comes back with a `suggestion`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.schedules.api.conftest import SCHEDULES, Body, address, problems
from tests.schedules.conftest import MakeSchedule
from tests.schedules.timing.test_dialects import NO_SUGGESTION, SUGGESTIONS

pytestmark = pytest.mark.django_db
PREVIEW = f"{SCHEDULES}preview/"
NEW_YORK = {
    "schedule_type": "cron",
    "cron_expression": "0 9 * * 1-5",
    "timezone": "America/New_York",
}
WRITTEN = "CRON_TZ=America/New_York 0 9 * * 1-5"


def refused(answer: Any) -> dict[str, Any]:
    assert problems(answer) == {"cron_expression"}
    problem: dict[str, Any] = answer.json()
    return problem


@pytest.mark.heavy
@pytest.mark.parametrize("written", SUGGESTIONS)
def test_a_suggestion_of_a_preview_can_be_sent_back_as_it_is(
    api: APIClient, written: str
) -> None:
    problem = refused(api.post(PREVIEW, {"cron_expression": written}))
    assert problem["suggestion"] == SUGGESTIONS[written]
    answer = api.post(PREVIEW, problem["suggestion"])
    assert answer.status_code == 200, answer.json()
    assert len(answer.json()["ticks"]) == 10


@pytest.mark.parametrize("written", [*NO_SUGGESTION][::5])
def test_without_a_faithful_translation_there_is_no_suggestion(
    api: APIClient, written: str
) -> None:
    problem = refused(api.post(PREVIEW, {"cron_expression": written}))
    assert "suggestion" not in problem


def test_the_message_says_the_same_to_people(api: APIClient) -> None:
    problem = refused(api.post(PREVIEW, {"cron_expression": WRITTEN}))
    told = (
        'The time zone is a separate field. Set cron_expression to "0 9 * * 1-5" and '
        'timezone to "America/New_York".'
    )
    assert problem["errors"] == {"cron_expression": [told]}
    assert problem["detail"] == f"cron_expression: {told}"


def test_a_creation_is_refused_with_it_and_made_with_it(
    api: APIClient, body: Body
) -> None:
    body.pop("interval_seconds")
    for query in ("?dry_run=true", ""):
        answer = api.post(f"{SCHEDULES}{query}", body | {"cron_expression": WRITTEN})
        assert refused(answer)["suggestion"] == NEW_YORK
    assert not ScheduledJob.objects.exists()
    made = api.post(SCHEDULES, body | NEW_YORK)
    assert made.status_code == 201
    assert made.json()["timing_text"] == "At 09:00, Monday to Friday (America/New_York)"


@pytest.mark.parametrize("written", [WRITTEN, "every 5 minutes", "PT5M"])
def test_a_change_is_refused_with_it_and_made_with_it(
    api: APIClient, make_schedule: MakeSchedule, written: str
) -> None:
    schedule = make_schedule(cron_expression="0 6 * * *")
    answer = api.patch(address(schedule), {"cron_expression": written})
    suggestion = refused(answer)["suggestion"]
    assert suggestion == SUGGESTIONS[written]
    changed = api.patch(address(schedule), suggestion)
    assert changed.status_code == 200, changed.json()
    assert suggestion.items() <= changed.json().items()


def test_another_problem_of_the_timing_comes_first(api: APIClient) -> None:
    answer = api.post(PREVIEW, {"cron_expression": WRITTEN, "timezone": "Moon/Base"})
    assert problems(answer) == {"timezone"}
    assert "suggestion" not in answer.json()
