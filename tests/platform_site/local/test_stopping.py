"""Stopping a site whose worker is busy."""

from __future__ import annotations

import signal
import socket
import sqlite3
import time
from pathlib import Path

import pytest

from tests.integration.processes import wait_until
from tests.platform_site.running_site import RunningSite, manage, running_site

SLOW_SCHEDULE = """
from django.contrib.auth.models import User
from django.utils import timezone
from schedules.services import Actor, create_schedule, run_now
from tests.graphs import add_graph
from workflows.models import Workflow

now = timezone.now()
admin = User.objects.get()
workflow = Workflow.objects.create(name="slow", owner=admin)
nodes = {"go": ("trigger_schedule", {}), "ask": ("http_request", {"url": "%s", "timeout": 60})}
add_graph(workflow, nodes, [("go", "ask")])
fields = {"name": "slow", "workflow": workflow, "interval_seconds": 3600}
schedule = create_schedule(fields, actor=Actor.person(admin), now=now)
run_now(schedule.id, actor=Actor.person(admin), now=now)
"""


def runs(site: RunningSite) -> list[tuple[str, str]]:
    """Status and error of every run, while no site may be there to ask."""
    with sqlite3.connect(site.folder / "ostinato.sqlite3") as database:
        return database.execute(
            "SELECT status, error FROM ostinato_schedules_scheduledrun"
        ).fetchall()


@pytest.mark.slow
def test_running_work_gets_ten_seconds_and_is_then_recorded_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It takes connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("HTTP_NODE_ALLOWED_ORIGINS", address)
        with running_site(tmp_path / "var") as site:
            made = manage(site.folder, "shell", "-v0", "-c", SLOW_SCHEDULE % address)
            assert made.returncode == 0, made.stderr
            wait_until(lambda: runs(site) == [("running", "")])
            began = time.monotonic()
            site.process.send_signal(signal.SIGTERM)
            assert site.process.wait(timeout=20) == 0
            assert 9 < time.monotonic() - began < 20
            assert site.nothing_is_left()
    [(status, error)] = runs(site)
    assert status == "failed"
    assert error.startswith("Worker lost")
