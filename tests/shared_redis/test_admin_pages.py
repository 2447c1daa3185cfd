"""The pages of django-rq, in a project with RQ as it comes, hold our jobs as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry, FinishedJobRegistry

from schedules.services import Actor, run_now
from tests.schedules.conftest import MakeSchedule, alice, make_schedule, workflow
from tests.shared_redis.jobs import note
from tests.shared_redis.test_commands import DAY

__all__ = ["alice", "make_schedule", "workflow"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]
HOME = "/admin/django_rq/dashboard/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture(params=[None, "rq.serializers.JSONSerializer"])
def job_ids(
    request: pytest.FixtureRequest,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    make_schedule: MakeSchedule,
) -> list[str]:
    """A run of ours and a job of the project in the queue, and an alarm in the scheduler."""
    queue = {"URL": settings.RQ_QUEUES["workflows"]["URL"]}
    if request.param:
        queue["SERIALIZER"] = request.param
    monkeypatch.setattr(settings, "RQ", {})
    monkeypatch.setattr(settings, "RQ_QUEUES", {"default": queue})
    schedule = make_schedule(timezone.now())
    run_now(schedule.id, actor=Actor.person(schedule.owner), now=timezone.now())
    Queue("default", connection=redis).enqueue(note, Path("x"), DAY)
    ids = Queue("default", connection=redis).job_ids
    assert len(ids) == 2
    return ids


def test_every_page_shows_them(staff: Client, redis: Redis, job_ids: list[str]) -> None:
    for registry in (FinishedJobRegistry, FailedJobRegistry):
        for job_id in job_ids:
            redis.zadd(registry("default", redis).key, {job_id: 9e9})
    queue = f"{HOME}queues/0/"
    lists = [queue, f"{queue}finished/", f"{queue}failed/"]
    others = [HOME, f"{queue}details/", f"{queue}scheduled/", f"{queue}started/"]
    others += [f"{queue}deferred/", f"{HOME}workers/0/", f"{HOME}schedulers/0/"]
    jobs = [f"{queue}{job_id}/" for job_id in job_ids]
    for page in [*lists, *others, *jobs, f"{HOME}stats.json"]:
        answer = staff.get(page)
        assert answer.status_code == 200, page
        if page in lists:
            assert all(job_id in answer.text for job_id in job_ids)
