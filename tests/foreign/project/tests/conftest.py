"""A migrated project, its people, and its processes, which are real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ["DJANGO_SETTINGS_MODULE"] = "shopfront.settings"
django.setup()

SECONDS = 60


def manage(*words: str, **env: str) -> str:
    """What `manage.py` wrote; a failure shows it."""
    run = subprocess.run(
        [sys.executable, "-W", "default", "manage.py", *words],
        cwd=PROJECT,
        env=os.environ | env,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def wait(for_what: Callable[[], Any]) -> Any:
    """The first answer that is true."""
    until = time.monotonic() + SECONDS
    while not (found := for_what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)
    return found


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen]:
    """`manage.py` with these words, as long as it is needed."""
    log = PROJECT / f"{words[0]}.log"
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield running
        finally:
            running.terminate()
            running.wait(timeout=30)
            print(log.read_text()[-3000:])


@pytest.fixture(scope="session", autouse=True)
def migrated() -> None:
    from people.models import Person

    manage("migrate", "-v", "0")
    Person.objects.create_superuser("root@example.com", "secret")


@pytest.fixture
def root(migrated: None) -> Any:
    from people.models import Person

    return Person.objects.get(address="root@example.com")


@pytest.fixture
def client(root: Any) -> Any:
    """A browser in which the superuser has logged in."""
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.force_login(root)
    return client
