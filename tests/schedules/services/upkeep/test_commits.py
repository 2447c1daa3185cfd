"""A scheduler's commits do not wait for the disk; the commits of all others do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from platform_site.local.data_dir import BASE_DIR
from schedules.services.upkeep import commits

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
    commits.relax_durability()
    yield
    connection_created.disconnect(commits._do_not_wait)
    connection.close()


def test_a_scheduler_does_not_wait_for_the_disk(scheduler: None) -> None:
    assert answer() == DOES_NOT_WAIT[connection.vendor]


def test_a_scheduler_does_not_wait_for_the_disk_after_an_outage_either(
    scheduler: None,
) -> None:
    connection.close()
    assert answer() == DOES_NOT_WAIT[connection.vendor]


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
