"""Which queue the runs share, and which of its jobs are ours."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer, PickleSerializer

from schedules.rq.messages import RunMessage, alarm_id
from workflows.execution.queue import (
    connection,
    job_class,
    queue_config,
    queue_name,
    queues_beside,
    redis_setting,
)

LOCAL = {"URL": "redis://127.0.0.1:1/0"}
Patch = pytest.MonkeyPatch


def use(patch: Patch, queues: object, name: str = "") -> None:
    patch.setattr(site, "RQ_QUEUES", queues)
    patch.setattr(site, "OSTINATO", {"QUEUE": name} if name else {})


@pytest.mark.parametrize(
    ("queues", "named", "name"),
    [
        ({"default": LOCAL, "workflows": LOCAL}, "", "workflows"),
        ({"default": LOCAL, "high": LOCAL}, "", "default"),
        ({"default": LOCAL, "high": LOCAL}, "high", "high"),
    ],
)
def test_the_queue_is_the_one_named_or_workflows_or_default(
    monkeypatch: Patch, queues: object, named: str, name: str
) -> None:
    use(monkeypatch, queues, named)
    assert queue_name() == name


@pytest.mark.parametrize("queues", [{}, None, {"high": LOCAL}])
def test_a_queue_without_entry_is_named(monkeypatch: Patch, queues: object) -> None:
    use(monkeypatch, queues)
    with pytest.raises(ImproperlyConfigured, match="RQ_QUEUES has no queue 'default'"):
        queue_config()
    assert redis_setting() == "RQ_QUEUES['default']"


def test_the_setting_of_redis_is_that_which_holds_its_address(
    monkeypatch: Patch,
) -> None:
    assert redis_setting() == "REDIS_URL"
    use(monkeypatch, {"default": {"HOST": "h", "PORT": 1}})
    assert redis_setting() == "RQ_QUEUES['default']"


def test_the_client_is_kept_until_the_settings_change(monkeypatch: Patch) -> None:
    use(monkeypatch, {"default": LOCAL})
    first = connection()
    assert connection() is first
    use(monkeypatch, {"default": LOCAL | {"DB": 1}})
    assert connection() is not first


def test_the_queues_beside_ours_are_those_in_the_same_redis(monkeypatch: Patch) -> None:
    pickled = LOCAL | {"DEFAULT_TIMEOUT": 9}
    elsewhere = {"URL": "redis://other:1/0"}
    use(monkeypatch, {"default": LOCAL, "high": pickled, "low": elsewhere})
    assert queues_beside() == ["high"]


def test_our_jobs_are_read_as_json_and_all_others_as_the_project_says() -> None:
    pk = uuid4()
    run = RunMessage(pk, pk, datetime(2026, 1, 1, tzinfo=UTC), 1, 0)
    for job_id in (run.job_id, alarm_id(pk), f"execution-{pk}-0"):
        job = job_class()(job_id, Redis(), PickleSerializer)
        assert job.serializer is JSONSerializer
    for job_id in (str(pk), "run-nightly", f"my-run-{pk}"):
        job = job_class()(job_id, Redis(), PickleSerializer)
        assert job.serializer is PickleSerializer


class Billed(Job):
    """The job class of a project."""


def test_the_job_class_of_the_project_is_kept(monkeypatch: Patch) -> None:
    path = f"{Billed.__module__}.{Billed.__qualname__}"
    monkeypatch.setattr(site, "RQ", {"JOB_CLASS": path})
    assert issubclass(job_class(), Billed)
    assert job_class() is job_class(path)
