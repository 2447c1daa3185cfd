"""`manage.py up`, as a person meets it."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from platform_site.local.child_processes import free_port, is_free
from schedules.models import ScheduledRun
from tests.integration.processes import wait_until
from tests.platform_site.running_site import RunningSite, manage, running_site

pytestmark = [pytest.mark.xdist_group("one running site"), pytest.mark.heavy]
RUNS = ScheduledRun._meta.db_table


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site for the tests that leave it running."""
    with running_site(
        tmp_path_factory.mktemp("up") / "var", "--demo", "--workers", "2"
    ) as site:
        yield site


def runtime(site: RunningSite) -> dict[str, str]:
    return dict(json.loads((site.folder / "runtime.json").read_text()))


def queue_store_answers(site: RunningSite) -> bool:
    try:
        with Redis.from_url(runtime(site)["redis_url"]) as client:
            return bool(client.ping())
    except RedisError:
        return False


def runs(site: RunningSite) -> list[tuple[str]]:
    """Their states, read beside the site."""
    with closing(sqlite3.connect(site.folder / "ostinato.sqlite3")) as database:
        return database.execute(f"SELECT status FROM {RUNS}").fetchall()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_prints_address_user_and_the_password_that_is_kept(
    site: RunningSite,
) -> None:
    password = (site.folder / "admin_password").read_text()
    for words in (site.address, "admin", password):
        assert words in site.printed()


def test_the_printed_password_opens_the_admin(site: RunningSite) -> None:
    program = (
        "from django.contrib.auth import authenticate\n"
        "from platform_site.local.first_user import first_password\n"
        "from django.conf import settings\n"
        "user = authenticate(username='admin', password=first_password(settings.DATA_DIR))\n"
        "print(user.is_superuser)\n"
    )
    run = manage(site.folder, "shell", "--verbosity=0", "-c", program)
    assert run.stdout.strip() == "True", run.stderr


def test_the_site_becomes_ready(site: RunningSite) -> None:
    wait_until(site.is_ready, seconds=60)


def test_the_demo_runs_by_itself(site: RunningSite) -> None:
    wait_until(lambda: any("succeeded" in row for row in runs(site)), seconds=60)


def test_what_it_writes_is_for_its_own_user_only(site: RunningSite) -> None:
    assert mode(site.folder) == 0o700
    for name in ("runtime.json", "admin_password", "secret_key", "ostinato.sqlite3"):
        assert mode(site.folder / name) == 0o600, name


def test_the_queue_store_keeps_what_it_holds(site: RunningSite) -> None:
    with Redis.from_url(runtime(site)["redis_url"], decode_responses=True) as client:
        settings = client.config_get("appendonly", "appendfsync", "maxmemory-policy")
    assert settings == {
        "appendonly": "yes",
        "appendfsync": "no",  # with it, a busy disk makes ticks late
        "maxmemory-policy": "noeviction",
    }


def test_the_password_of_the_queue_store_is_in_no_command_line(
    site: RunningSite,
) -> None:
    password = runtime(site)["redis_url"].split(":")[2].split("@")[0]
    assert password
    for process in site.processes():
        assert password not in " ".join(process.cmdline())


def test_a_command_finds_the_queue_store_from_the_data_folder_alone(
    site: RunningSite,
) -> None:
    program = (
        "from workflows.execution.queue import connection; print(connection().ping())"
    )
    run = manage(site.folder, "shell", "--verbosity=0", "-c", program)
    assert run.stdout.strip() == "True", run.stderr


def test_a_second_start_says_that_one_is_running(site: RunningSite) -> None:
    run = manage(site.folder, "up", "--port", "1")
    line = f"Ostinato is already running from {site.folder}: {site.address}\n"
    assert (run.returncode, run.stderr) == (1, line)


def test_a_taken_port_gets_one_line_that_names_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = manage(tmp_path, "up", "--port", str(port))
    assert run.returncode == 1
    [line] = run.stderr.splitlines()
    told = re.fullmatch(
        r"Port (\d+) is already in use\. Try --port (\d+), which is free\.", line
    )
    assert told, line
    assert int(told[1]) == port
    assert is_free(int(told[2]))


def test_a_server_of_its_own_that_is_away_gets_one_line(tmp_path: Path) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    run = manage(tmp_path, "up", "--port", str(free_port()), REDIS_URL=away)
    assert run.returncode == 1
    [line] = run.stderr.splitlines()
    assert line.startswith("Redis does not answer: ")
    assert "Stopping" not in run.stdout  # nothing had started


@pytest.mark.parametrize(
    "word",
    [pytest.param("manage.py web", marks=pytest.mark.slow), "valkey-server"],
)
def test_a_killed_child_comes_back(site: RunningSite, word: str) -> None:
    first = site.find(word)
    first.kill()
    first.wait(timeout=5)
    wait_until(lambda: site.find(word) not in (None, first))
    # Readiness alone may be what was found before: it is kept for a second.
    wait_until(lambda: queue_store_answers(site), seconds=60)
    wait_until(site.is_ready, seconds=60)


@pytest.mark.slow
def test_ctrl_c_ends_everything_and_says_so(tmp_path: Path) -> None:
    with running_site(tmp_path / "var") as site:
        for word in ("manage.py web", "rqscheduler", "rqworker", "valkey-server"):
            assert site.find(word), word
        began = time.monotonic()
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(timeout=20) == 0
        assert time.monotonic() - began < 20
        assert site.nothing_is_left()
        assert not (site.folder / "runtime.json").exists()
        assert site.printed().endswith("Stopped.\n")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends orphans")
def test_kill_9_leaves_no_process(tmp_path: Path) -> None:
    with running_site(tmp_path / "var") as site:
        site.process.kill()
        site.process.wait()
        assert site.nothing_is_left()
