"""What every other test relies on."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from redis import ConnectionError as RedisIsAway
from redis import Redis

from platform_site.local.data_dir import BASE_DIR
from workflows.execution.queue import connection as redis_connection

pytestmark = pytest.mark.both_databases


def test_redis_is_away_until_a_test_asks_for_it() -> None:
    with pytest.raises(RedisIsAway):
        redis_connection().ping()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_finds_redis_empty(redis: Redis, turn: int) -> None:
    assert redis.dbsize() == 0
    redis.set("left-behind", turn)


def test_a_thread_sees_the_rows_of_the_test(transactional_db: None) -> None:
    User.objects.create(username="alice")
    seen: list[int] = []

    def look() -> None:
        seen.append(User.objects.count())
        connection.close()

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_child_process_works_on_the_same_servers(
    child_env: dict[str, str], redis: Redis
) -> None:
    program = (
        "from django.contrib.auth.models import User\n"
        "from workflows.execution.queue import connection\n"
        "User.objects.create(username='bob'); connection().set('hello', 1)\n"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", program],
        cwd=BASE_DIR,
        env=child_env,
        check=True,
    )
    assert User.objects.filter(username="bob").exists()
    assert redis.get("hello") == b"1"
