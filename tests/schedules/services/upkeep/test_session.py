"""A scheduler's commits do not wait for the disk, those of all others do; and its batches read
no table as a whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test.utils import CaptureQueriesContext

from platform_site.local.data_dir import BASE_DIR
from schedules.models import ScheduledJob, ScheduledRun, ScheduleType
from schedules.services.runs.firing import fire_due
from schedules.services.upkeep import session
from tests.bench.population import populate
from tests.plans import knowing_the_rows
from tests.schedules.conftest import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ASK = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
DOES_NOT_WAIT = {"sqlite": "1", "postgresql": "off"}


def answer() -> str:
    with connection.cursor() as cursor:
        cursor.execute(ASK[connection.vendor])
        return str(cursor.fetchone()[0])


@pytest.fixture
def scheduler() -> Iterator[None]:
    """This process is a scheduler's, for once."""
    session.use_scheduler_session()
    yield
    connection_created.disconnect(session._as_scheduler)
    connection.close()


@pytest.fixture
def worker() -> Iterator[None]:
    """This process is a worker's, for once, of a project whose commits do not wait."""
    connection_created.connect(do_not_wait)
    connection.close()
    session.use_worker_session()
    yield
    connection_created.disconnect(do_not_wait)
    connection_created.disconnect(session._as_worker)
    connection.close()


def do_not_wait(connection: BaseDatabaseWrapper, **_: Any) -> None:
    off = {
        "sqlite": "PRAGMA synchronous=OFF",
        "postgresql": "SET synchronous_commit=off",
    }
    with connection.cursor() as cursor:
        cursor.execute(off[connection.vendor])


def test_a_worker_waits_for_the_disk_whatever_the_settings_say(worker: None) -> None:
    assert answer() == {"sqlite": "2", "postgresql": "on"}[connection.vendor]


def test_a_scheduler_does_not_wait_for_the_disk(scheduler: None) -> None:
    assert answer() == DOES_NOT_WAIT[connection.vendor]


def test_a_scheduler_does_not_wait_for_the_disk_after_an_outage_either(
    scheduler: None,
) -> None:
    connection.close()
    assert answer() == DOES_NOT_WAIT[connection.vendor]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no poolers.")
def test_behind_a_pooler_it_leaves_the_session_as_it_is(
    monkeypatch: pytest.MonkeyPatch, scheduler: None
) -> None:
    monkeypatch.setattr(session, "is_direct", lambda connection: False)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW random_page_cost")
        assert cursor.fetchone() == ("4",)


@pytest.mark.usefixtures("redis")
def test_each_batch_finds_its_rows_by_index(scheduler: None) -> None:
    populate(12_000, ScheduleType.INTERVAL, due_at=NOON)
    fire_due(NOON)
    # Else it might plan for the few rows that it saw while they were made.
    with knowing_the_rows(), CaptureQueriesContext(connection) as seen:
        assert fire_due(NOON).rows
    steps = [step[:200] for query in seen for step in plan(query["sql"])]
    assert any("schedule_due" in step for step in steps)
    tables = f"({ScheduledJob._meta.db_table}|{ScheduledRun._meta.db_table})"
    whole = re.compile(f"Seq Scan on {tables}|SCAN {tables}$|Sort Key: next_run_at")
    assert not list(filter(whole.search, steps))


def plan(sql: str) -> list[str]:
    """How the database would carry out a statement."""
    if sql.split()[0] not in ("SELECT", "UPDATE"):
        return []
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return [str(row[-1]).strip() for row in cursor]


def test_workers_and_the_web_wait_for_the_disk(tmp_path: Path) -> None:
    ask = (
        "from django.db import connection as c; k = c.cursor();"
        "k.execute('PRAGMA synchronous'); print('waits', k.fetchone()[0])"
    )
    printed = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", ask],
        cwd=BASE_DIR,
        env={
            **{name: os.environ[name] for name in os.environ if name != "DATABASE_URL"},
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "platform_site.settings",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert "waits 2" in printed  # FULL
