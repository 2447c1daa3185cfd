"""`manage.py setup`: the database, the user admin, the demo data."""

from __future__ import annotations

import stat
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis import Redis

from platform_site.local.demo import GRAPH
from platform_site.local.first_user import first_password
from schedules.models import ScheduledJob
from tests.options import Options
from triggers.dispatch import dispatch_event
from workflows.execution.engine import run_execution
from workflows.models import Workflow, WorkflowExecution

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without a password as yet."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def database(transactional_db: None) -> None:
    """Alarms are set when the transaction commits, so it has to."""


def set_up(*words: str) -> None:
    call_command("setup", *words, verbosity=0)


def test_it_makes_the_user_whose_password_it_keeps(redis: Redis, folder: Path) -> None:
    set_up()
    password = first_password(folder)
    user = User.objects.get(username="admin")
    assert password is not None
    assert len(password) >= 16
    assert user.is_superuser
    assert user.check_password(password)
    assert stat.S_IMODE((folder / "admin_password").stat().st_mode) == 0o600


def test_a_password_that_was_changed_is_no_longer_kept(
    redis: Redis, folder: Path
) -> None:
    set_up()
    user = User.objects.get(username="admin")
    user.set_password("my own")
    user.save()
    set_up()
    assert first_password(folder) is None
    user.refresh_from_db()
    assert user.check_password("my own")


def test_the_demo_is_one_workflow_and_three_schedules_made_once(redis: Redis) -> None:
    set_up("--demo")
    set_up("--demo")
    workflow = Workflow.objects.get(name="heartbeat", owner__username="admin")
    assert workflow.nodes.count() == len(GRAPH.nodes)
    found = {job.name: job for job in ScheduledJob.objects.filter(workflow=workflow)}
    assert {name: job.status for name, job in found.items()} == {
        "every ten seconds": "active",
        "weekdays at nine": "active",
        "nightly, paused": "paused",
    }
    assert found["every ten seconds"].interval_seconds == 10
    assert found["weekdays at nine"].timezone == "Europe/Berlin"


def test_the_demo_has_an_agent_that_runs_without_a_model(
    redis: Redis, ostinato: Options
) -> None:
    ostinato(AGENT_BASE_URL="", AGENT_API_KEY="", AGENT_MODEL="")
    set_up("--demo")
    workflow = Workflow.objects.get(name="agent plans its own schedule")
    execution = dispatch_event(
        "manual",
        {"fired_at": "", "started_by": "admin", "payload": {"topic": "the demo"}},
        workflow=workflow,
        now=timezone.now(),
        status=WorkflowExecution.Status.RUNNING,
    )
    execution = run_execution(execution, clock=timezone.now)
    assert execution.status == "succeeded", execution.error
    planned = ScheduledJob.objects.get(workflow=workflow)
    assert (planned.created_by_kind, planned.status) == ("agent", "active")
    report = execution.node_runs.get(node_id="report").output
    assert "scripted demo" in report
    assert "“Follow-up of the demo”" in report


def test_the_demo_is_drawn_from_top_to_bottom() -> None:
    places = [node.position for node in GRAPH.nodes]
    assert {place["x"] for place in places} == {320}
    rows = [place["y"] for place in places]
    assert rows == sorted(rows)
    assert {below - above for above, below in pairwise(rows)} == {120}


def test_a_site_with_half_of_the_demo_gets_the_other_half(redis: Redis) -> None:
    set_up("--demo")
    Workflow.objects.filter(name="agent plans its own schedule").delete()
    set_up("--demo")
    assert Workflow.objects.count() == 2


def test_deleted_demo_data_stays_deleted(redis: Redis) -> None:
    set_up("--demo")
    ScheduledJob.objects.all().delete()
    set_up("--demo")
    assert not ScheduledJob.objects.exists()


def test_without_demo_there_are_no_schedules(redis: Redis) -> None:
    set_up()
    assert not Workflow.objects.exists()


def test_without_redis_one_line_says_so() -> None:
    with pytest.raises(CommandError, match="Redis does not answer") as refused:
        set_up()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (OperationalError("no\nroute"), "The database does not answer: no route"),
        (
            DatabaseError("file is not a database"),
            "The database cannot be used: file is not a database",
        ),
    ],
)
def test_without_a_database_one_line_says_so(
    problem: Exception, line: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(
        "platform_site.local.management.commands.setup.call_command", fail
    )
    with pytest.raises(CommandError) as refused:
        set_up()
    assert str(refused.value) == line


def test_a_database_of_before_the_first_release_is_refused(redis: Redis) -> None:
    older = [
        MigrationRecorder.Migration(app=app, name="0001_initial")
        for app in ("schedules", "workflows")
    ]
    MigrationRecorder.Migration.objects.bulk_create(older)
    try:
        with pytest.raises(CommandError, match=r"older than 0\.1\.0.*DATA_DIR"):
            set_up()
    finally:
        MigrationRecorder.Migration.objects.filter(
            app__in=("schedules", "workflows")
        ).delete()
