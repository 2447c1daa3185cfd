"""People who talk to the API of schedules."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.api import client, staff
from workflows.models import Workflow

SCHEDULES = "/api/v1/schedules/"
Body = dict[str, Any]
StaffApi = Callable[..., APIClient]


def address(schedule: ScheduledJob, verb: str = "") -> str:
    return f"{SCHEDULES}{schedule.id}/{f'{verb}/' if verb else ''}"


def json_client(user: User | None = None) -> APIClient:
    speaker = client(user)
    speaker.default_format = "json"
    return speaker


def problems(answer: Any) -> set[str]:
    """The fields that were refused, each with a reason."""
    assert answer.status_code == 400
    errors: dict[str, list[str]] = answer.json()["errors"]
    assert all(reason for reasons in errors.values() for reason in reasons)
    return {re.split(r"\[", field)[0] for field in errors}


@pytest.fixture
def api(alice: User) -> APIClient:
    return json_client(alice)


@pytest.fixture
def bobs_api(bob: User) -> APIClient:
    return json_client(bob)


@pytest.fixture
def staff_api(db: None) -> StaffApi:
    """A member of the staff's, with the given permissions on schedules."""

    def speaker(*permissions: str) -> APIClient:
        return json_client(
            staff(*(f"ostinato_schedules.{name}_scheduledjob" for name in permissions))
        )

    return speaker


@pytest.fixture
def body(workflow: Workflow) -> Body:
    """The least that makes a schedule."""
    return {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}


def explained(api: APIClient, schedule: ScheduledJob, at: datetime) -> dict[str, Any]:
    answer = api.get(f"{address(schedule, 'explain')}?at={quote(at.isoformat())}")
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def sentence(api: APIClient, schedule: ScheduledJob, at: datetime) -> str:
    text: str = explained(api, schedule, at)["sentence"]
    return text
