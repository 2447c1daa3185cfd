"""Taking ids from the queue: ours at once, with their jobs; those of others are left."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from redis import Redis
from rq.suspension import resume, suspend

from workflows.execution.inbox import LOOKED_THROUGH, Inbox, Taken
from workflows.execution.queue import connection, queue_config, queue_key
from workflows.execution.redis_client import new_client

TAKEN = "rq:queue:workflows:intermediate"


@pytest.fixture
def inbox(redis: Redis) -> Inbox:
    return Inbox(connection())


def queued(redis: Redis, *kinds: str) -> list[str]:
    """Jobs of ours, by kind, or of others, by name."""
    ours = {"run": "-1-0", "execution": "-0", "schedule": ""}
    ids = [
        f"{kind}-{uuid.uuid4()}{ours[kind]}" if kind in ours else kind for kind in kinds
    ]
    for job_id in ids:
        redis.hset(f"rq:job:{job_id}", "data", "x")
    redis.rpush(queue_key(), *ids)
    return ids


def in_queue(redis: Redis) -> list[str]:
    return [job_id.decode() for job_id in redis.lrange(queue_key(), 0, -1)]


def test_the_first_of_ours_leaves_redis_with_its_job(
    inbox: Inbox, redis: Redis
) -> None:
    first, second = queued(redis, "run", "execution")
    assert inbox.take() == Taken(first, left=1)
    assert redis.keys("rq:job:*") == [f"rq:job:{second}".encode()]
    assert inbox.take() == Taken(second, left=0)
    assert inbox.take() is None


def test_what_is_put_back_is_the_next_one(inbox: Inbox, redis: Redis) -> None:
    first, second = queued(redis, "run", "run")
    taken = inbox.take()
    assert taken
    inbox.put_back(taken)
    assert in_queue(redis) == [first, second]
    assert inbox.take() == Taken(first, left=1)


def test_jobs_of_others_are_passed_over(inbox: Inbox, redis: Redis) -> None:
    other, ours, another = queued(redis, "mail", "run", "run-of-the-mill")
    assert inbox.has_other()
    assert inbox.take() == Taken(ours, left=2)
    assert inbox.take() is None
    assert in_queue(redis) == [other, another]
    assert redis.exists("rq:job:mail", "rq:job:run-of-the-mill") == 2


@pytest.mark.parametrize(
    "other",
    [
        "run-2026-11-29-10-30",
        "execution-2026-11-29-10-30-nightly",
        "schedule-2026-11-29-10-30",
        f"run-{uuid.UUID(int=0xA << 124)}".upper().replace("RUN", "run"),
        f"running-{uuid.UUID(int=1)}",
    ],
)
def test_an_id_of_others_may_look_much_like_ours(
    inbox: Inbox, redis: Redis, other: str
) -> None:
    redis.hset(f"rq:job:{other}", "data", "x")
    redis.rpush(queue_key(), other)
    assert inbox.take() is None
    assert redis.exists(f"rq:job:{other}")
    assert inbox.take_other() == other


def test_an_id_of_ours_with_bytes_that_are_no_text_is_taken(
    inbox: Inbox, redis: Redis
) -> None:
    redis.rpush(queue_key(), f"run-{uuid.UUID(int=1)}-".encode() + b"\xff")
    taken = inbox.take()
    assert taken is not None
    assert taken.job_id.endswith("\ufffd")


def test_only_so_many_jobs_of_others_are_looked_through(
    inbox: Inbox, redis: Redis
) -> None:
    *_, ours = queued(redis, *["mail"] * LOOKED_THROUGH, "run")
    assert inbox.take() is None
    redis.lpop(queue_key())
    assert inbox.take() == Taken(ours, left=LOOKED_THROUGH - 1)


def test_the_alarm_of_a_schedule_keeps_its_job(inbox: Inbox, redis: Redis) -> None:
    (alarm,) = queued(redis, "schedule")
    assert inbox.take() == Taken(alarm)
    assert redis.exists(f"rq:job:{alarm}")


def test_waiting_ends_with_the_next_job_whosever_it_is(
    inbox: Inbox, redis: Redis
) -> None:
    clients: list[int] = []
    ours, other = queued(redis, "run", "mail")
    taken = inbox.wait(clients.append)
    assert taken is not None
    assert (taken.job_id, taken.is_ours) == (ours, True)
    assert not redis.exists(f"rq:job:{ours}")
    assert redis.llen(TAKEN) == 0
    taken = inbox.wait(clients.append)
    assert taken is not None
    assert (taken.job_id, taken.is_ours) == (other, False)
    assert redis.lrange(TAKEN, 0, -1) == [b"mail"]
    inbox.give_back(other)
    assert in_queue(redis) == [other]
    assert redis.llen(TAKEN) == 0
    assert len(clients) == 2


def test_taking_and_waiting_share_a_connection(inbox: Inbox, redis: Redis) -> None:
    before = len(redis.client_list())
    clients: list[int] = []
    queued(redis, "run", "run")
    inbox.take()
    inbox.wait(clients.append)
    inbox.take()
    assert len(redis.client_list()) == before + 1
    assert clients[0] in {int(each["id"]) for each in redis.client_list()}


def test_a_job_of_others_is_taken_as_rq_takes_it(inbox: Inbox, redis: Redis) -> None:
    ours, other = queued(redis, "run", "mail")
    assert inbox.take_other() == other
    assert inbox.take_other() is None
    assert in_queue(redis) == [ours]
    assert redis.lrange(TAKEN, 0, -1) == [b"mail"]


def test_while_workers_are_suspended_nothing_is_taken(
    inbox: Inbox, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.execution.inbox.WAIT_SECONDS", 0.0)
    ids = queued(redis, "run", "mail")
    suspend(connection())
    assert (inbox.take(), inbox.take_other()) == (None, None)
    assert inbox.wait(lambda client: None) is None
    assert in_queue(redis) == ids
    resume(connection())
    assert inbox.take() is not None


def test_it_waits_no_longer_than_the_client_waits_for_an_answer(redis: Redis) -> None:
    client = new_client(
        dict(queue_config()) | {"URL": f"{settings.REDIS_URL}?socket_timeout=0.3"}
    )
    assert Inbox(client).wait(lambda client: None) is None


def test_an_id_that_is_no_text_is_forgotten(inbox: Inbox, redis: Redis) -> None:
    redis.rpush(queue_key(), b"\xff", b"\xfe")
    assert inbox.take_other() is None
    assert inbox.wait(lambda client: None) is None
    assert redis.llen(TAKEN) == 0
    assert in_queue(redis) == []
