"""Programs that talk to the API, each with a token of its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from platform_site.accounts.models import ApiToken
from schedules.models import ScheduledJob
from workflows.models import Workflow

SCHEDULES = "/api/v1/schedules/"
Body = dict[str, Any]


def address(schedule: ScheduledJob, verb: str = "") -> str:
    return f"{SCHEDULES}{schedule.id}/{f'{verb}/' if verb else ''}"


def client_of(user: User) -> APIClient:
    _, token = ApiToken.objects.create(user=user)
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def api(alice: User) -> APIClient:
    """Alice's."""
    return client_of(alice)


@pytest.fixture
def bobs_api(bob: User) -> APIClient:
    return client_of(bob)


@pytest.fixture
def staff_api(db: None) -> Callable[..., APIClient]:
    """A member of staff's, with the given permissions on schedules."""

    def client(*permissions: str) -> APIClient:
        user = User.objects.create_user("carol", is_staff=True)
        for permission in permissions:
            codename = f"{permission}_scheduledjob"
            user.user_permissions.add(Permission.objects.get(codename=codename))
        return client_of(user)

    return client


@pytest.fixture
def body(workflow: Workflow) -> Body:
    """The least that makes a schedule."""
    return {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}


def faults(answer: Any) -> dict[str, list[str]]:
    """What is wrong, by field."""
    found: dict[str, list[str]] = answer.json()["errors"]
    return found
