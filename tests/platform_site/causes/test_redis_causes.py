"""What Redis can do to a site: each cause on a real Valkey, or at the edge of one."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from redis import Redis

from platform_site.local.child_processes import end_group
from platform_site.local.valkey import EmbeddedValkey
from schedules.rq.heartbeat import beat
from tests.integration.processes import wait_until
from tests.platform_site.causes.conftest import Reported

pytestmark = pytest.mark.real_clock


@pytest.fixture
def set_config(at_work: Redis) -> Iterator[Redis]:
    """The shared Valkey, which is put right at the end."""
    names = ("maxmemory", "min-replicas-to-write", "maxclients")
    before = {name: at_work.config_get(name)[name] for name in names}
    yield at_work
    for name, value in before.items():
        at_work.config_set(name, value)


@pytest.fixture
def no_one_alive(at_work: Redis) -> None:
    """As after a quarter of a minute in which no one could say that he is alive."""
    at_work.flushall()


def test_redis_out_of_memory_is_named_as_the_cause(
    reported: Reported, set_config: Redis, no_one_alive: None
) -> None:
    set_config.config_set("maxmemory", "1mb")
    assert reported() == ["redis_memory"]
    set_config.config_set("maxmemory", 0)
    assert reported() == ["no_scheduler", "no_worker"]


def test_redis_nearly_out_of_memory_is_a_warning(
    reported: Reported, set_config: Redis
) -> None:
    set_config.set("much", b"x" * 50_000_000)
    # What it took to receive the value is given back a moment later.
    wait_until(lambda: used_memory(set_config) < 60_000_000)
    set_config.config_set("maxmemory", int(used_memory(set_config) * 1.03))
    assert reported() == ["redis_nearly_full"]


def used_memory(redis: Redis) -> int:
    return int(redis.info("memory")["used_memory"])


def test_a_read_only_replica_is_named_as_the_cause(
    reported: Reported, at_work: Redis, no_one_alive: None
) -> None:
    at_work.replicaof("127.0.0.1", 1)
    try:
        assert reported() == ["redis_replica"]
    finally:
        at_work.replicaof("NO", "ONE")


def test_too_few_replicas_are_named_as_the_cause(
    reported: Reported, set_config: Redis
) -> None:
    set_config.config_set("min-replicas-to-write", 1)
    assert reported() == ["redis_replicas"]


def test_redis_without_room_for_another_client_is_named_as_the_cause(
    reported: Reported, set_config: Redis
) -> None:
    set_config.config_set("maxclients", 1)
    assert reported() == ["redis_clients"]


@contextmanager
def own_valkey(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    valkey = EmbeddedValkey(folder)
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", valkey.url)
    process = valkey.start()
    try:
        assert valkey.wait_until_ready(process)
        with Redis.from_url(valkey.url) as client:
            yield client
    finally:
        end_group(process)


def test_redis_that_cannot_save_to_its_disk_is_named_as_the_cause(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "valkey"
    with own_valkey(folder, monkeypatch) as redis:
        redis.config_set("save", "3600 1")
        shutil.rmtree(folder)
        redis.bgsave()
        wait_until(lambda: redis.info("persistence")["rdb_last_bgsave_status"] == "err")
        assert reported() == ["redis_disk"]


def test_a_wrong_redis_password_is_named_as_the_cause(
    reported: Reported, at_work: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = urlsplit(settings.RQ_QUEUES["workflows"]["URL"])
    wrong = f"redis://:wrong-password@127.0.0.1:{url.port}/0"
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", wrong)
    assert reported() == ["redis_login"]


@pytest.mark.parametrize(
    "rule", ["-@write", "-zadd", "-rpush", "-blmove", "-eval", "-publish"]
)
def test_a_redis_user_without_write_permission_is_named_as_the_cause(
    reported: Reported, at_work: Redis, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    at_work.execute_command(
        "ACL", "SETUSER", "guest", "reset", "on", ">secret", "~*", "&*", "+@all", rule
    )
    url = urlsplit(settings.RQ_QUEUES["workflows"]["URL"])
    guest = f"redis://guest:secret@127.0.0.1:{url.port}/0"
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", guest)
    assert reported() == ["redis_permission"]


def test_a_redis_user_who_may_not_write_the_keys_of_rq_is_named_as_the_cause(
    reported: Reported, at_work: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work.execute_command(
        *(
            [
                "ACL",
                "SETUSER",
                "guest",
                "reset",
                "on",
                ">secret",
                "~ostinato:*",
                "&*",
                "+@all",
            ]
        )
    )
    url = urlsplit(settings.RQ_QUEUES["workflows"]["URL"])
    guest = f"redis://guest:secret@127.0.0.1:{url.port}/0"
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", guest)
    assert reported() == ["redis_permission"]


def test_an_address_where_no_redis_listens_is_named_as_the_cause(
    reported: Reported,
) -> None:
    assert reported() == ["redis_silent"]


def answering(line: bytes) -> Iterator[str]:
    """A server that speaks Redis' protocol, and answers everything with one line."""

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                while received := client.recv(65_536):
                    client.sendall(line * max(1, received.count(b"*")))

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"-LOADING Valkey is loading the dataset in memory\r\n", "redis_loading"),
        (b"-BUSY Valkey is busy running a script.\r\n", "redis_busy"),
        (b"-MASTERDOWN Link with PRIMARY is down.\r\n", "redis_replica"),
        (b"-ERR something else\r\n", "redis_refuses"),
    ],
)
def test_an_error_answer_of_redis_is_named_as_the_cause(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, line: bytes, code: str
) -> None:
    for url in answering(line):
        monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", url)
        assert reported() == [code]


def test_a_missing_scheduler_is_named_as_the_cause(
    reported: Reported, redis: Redis
) -> None:
    beat(redis, "worker", "w")
    beat(redis, "worker:workflows", "w")
    assert reported() == ["no_scheduler"]


def test_a_missing_worker_is_named_as_the_cause(
    reported: Reported, redis: Redis
) -> None:
    beat(redis, "scheduler", "s")
    assert reported() == ["no_worker"]


def test_a_worker_of_another_queue_does_not_count(
    reported: Reported, redis: Redis
) -> None:
    beat(redis, "scheduler", "s")
    beat(redis, "worker", "w")
    beat(redis, "worker:mail", "w")
    assert reported() == ["no_worker_here"]


@pytest.mark.parametrize("code", ["database_full", "database_read_only"])
def test_a_failure_that_only_the_scheduler_sees_is_reported(
    reported: Reported, at_work: Redis, code: str
) -> None:
    beat(at_work, "scheduler", "somebody", cause=code)
    assert reported() == [code]
    beat(at_work, "scheduler", "somebody")
    assert reported() == []
