"""Doctor, `/readyz` and the strip of the admin, asked at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from redis import Redis

from schedules.causes import Severity
from schedules.rq.heartbeat import beat
from schedules.services.insight import health
from schedules.services.insight.doctor import examine
from tests.schedules.conftest import alice, make_schedule, workflow  # noqa: F401 fixtures

Reported = Callable[[], list[str]]


@pytest.fixture
def reported(transactional_db: None) -> Reported:
    """The codes of the causes, in order; readiness, strip and doctor report the same ones."""
    staff = Client(raise_request_exception=False)
    staff.force_login(User.objects.create_superuser("root"))

    def ask() -> list[str]:
        health.reset()
        answer = Client().get("/readyz")
        causes = answer.json()["causes"]
        codes = [cause["code"] for cause in causes]
        found = [one for one in examine(timezone.now()) if one.code]
        assert [one.code for one in found] == codes
        page = staff.get("/admin/").text
        for cause, finding in zip(causes, found, strict=True):
            assert finding.what.startswith(cause["reason"])
            assert finding.remedy == cause["remedy"]
            assert escape(cause["reason"]) in page
        is_ready = all(one.severity < Severity.ERROR for one in found)
        assert answer.json()["ready"] is is_ready
        return codes

    return ask


@pytest.fixture
def at_work(redis: Redis) -> Redis:
    """A scheduler and a worker of the schedules' queue say that they are alive."""
    for kind in ("scheduler", "worker", "worker:workflows"):
        beat(redis, kind, "somebody")
    return redis
