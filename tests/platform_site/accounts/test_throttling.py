"""A site may bound how much each user asks of the API; by default it does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from tests.api import client
from workflows.kit.conf_kinds import RATE

pytestmark = pytest.mark.django_db
LIST = "/api/v1/workflows/"


@pytest.fixture
def two_a_minute(settings: Any) -> None:
    cache.clear()
    settings.OSTINATO = {"API_RATE": "2/min"}


@pytest.mark.parametrize("text", ["1000/hour", "2/min", "5/s", "1/day"])
def test_a_rate_is_one_that_the_throttle_can_read(text: str) -> None:
    assert RATE.parse(text) == text
    assert SimpleRateThrottle.parse_rate(None, text)


def statuses(speaker: APIClient) -> list[int]:
    return [speaker.get(LIST).status_code for _ in range(3)]


def test_by_default_requests_are_not_limited(owner: User) -> None:
    assert statuses(client(owner)) == [200, 200, 200]


def test_too_many_requests_are_refused_with_a_time_to_wait(
    owner: User, two_a_minute: None
) -> None:
    speaker = client(owner)
    assert statuses(speaker) == [200, 200, 429]
    refused = speaker.get(LIST)
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_one_user_does_not_use_up_anothers_share(
    owner: User, two_a_minute: None
) -> None:
    assert 429 in statuses(client(owner))
    other = User.objects.create_user("grace")
    assert statuses(client(other))[0] == 200
