"""A bulk action loses nothing and doubles nothing: a crash at any step, `kill -9`, two tabs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.contrib.auth.models import User
from redis import Redis

from platform_site.local.data_dir import BASE_DIR
from schedules.models import (
    BulkAction,
    BulkItem,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services import Actor, sweep
from schedules.services.bulk_actions import carrying_out
from tests.at_once import at_once
from tests.chaos.test_crash_points import every_crash
from tests.schedules.conftest import MakeSchedule
from tests.schedules.services.bulk_actions.conftest import LATER, Ask, confirm

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
QUEUE = "rq:queue:workflows"


def carry_on(action: BulkAction, user: User) -> None:
    carrying_out.carry_on(action, actor=Actor.person(user), now=LATER)


def finish(action: BulkAction, user: User) -> None:
    while BulkAction.objects.get(pk=action.pk).is_unfinished:
        carry_on(action, user)


def assert_each_once(action: BulkAction, redis: Redis) -> None:
    """Each schedule has one outcome and, of a bulk run, one run and one event; all runs are
    in the queue."""
    action.refresh_from_db()
    assert action.place == action.done_count == action.total
    places = BulkItem.objects.filter(action=action).values_list("place", flat=True)
    assert [*places] == [*range(action.total)]
    for rows in (
        ScheduledRun.objects.values_list("schedule_id", flat=True),
        ScheduleEvent.objects.filter(verb="run").values_list("schedule_id", flat=True),
    ):
        assert {*Counter(rows).values()} == {1}
        assert rows.count() == action.total
    sweep(LATER, judge_leases=True)  # sends what a crash after the commit left unsent
    queued = {job.decode()[4:40] for job in redis.lrange(QUEUE, 0, -1)}
    assert queued == {*map(str, ScheduledRun.objects.values_list("pk", flat=True))}


def test_a_crash_between_any_two_steps_loses_and_doubles_no_run(
    redis: Redis,
    ask: Ask,
    make_schedule: MakeSchedule,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(25):
        make_schedule(name=f"s{number:02}")
    action = confirm(ask("run"))
    monkeypatch.setattr(carrying_out, "SLICE_ITEMS", 1)
    for step in every_crash(monkeypatch, lambda step: carry_on(action, alice)):
        action.refresh_from_db()
        assert action.place == BulkItem.objects.count(), f"crash before step {step}"
        assert action.place == ScheduledRun.objects.count(), f"before step {step}"
    finish(action, alice)
    assert_each_once(action, redis)


def test_two_tabs_take_turns(
    redis: Redis, ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    for number in range(20):
        make_schedule(name=f"s{number:02}")
    action = confirm(ask("run"))
    for _ in range(5):
        tabs = [BulkAction.objects.get(pk=action.pk) for _ in range(3)]
        found = at_once([lambda tab=tab: carry_on(tab, alice) for tab in tabs])
        assert found == [None] * 3
    finish(action, alice)
    assert_each_once(action, redis)


SLICE = """
import sys, time, uuid
from schedules.models import BulkAction
from schedules.services import Actor
from schedules.services.bulk_actions import carrying_out
from datetime import datetime
action = BulkAction.objects.get(pk=uuid.UUID("{pk}"))
print("ready", flush=True)
carrying_out.SLICE_SECONDS = 60
carrying_out.SLICE_ITEMS = 1000
# Each takes longer, before its commit: whoever kills it may be late, and finds it at work.
move_on = carrying_out._move_on
carrying_out._move_on = lambda *of: time.sleep(0.1) or move_on(*of)
now = datetime.fromisoformat("{now}")
carrying_out.carry_on(action, actor=Actor.person(action.user), now=now)
"""


@pytest.mark.slow
def test_kill_minus_nine_in_a_slice_loses_and_doubles_no_run(
    redis: Redis,
    ask: Ask,
    make_schedule: MakeSchedule,
    alice: User,
    child_env: dict[str, str],
) -> None:
    for number in range(90):
        make_schedule(name=f"s{number:03}")
    action = confirm(ask("run"))
    killed_at = []
    for _ in range(2):
        code = SLICE.format(pk=action.pk, now=LATER.isoformat())
        process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", code],
            cwd=BASE_DIR,
            env=child_env,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        while "ready" not in (line := process.stdout.readline()):
            assert line, "it ended before it began"
        while BulkItem.objects.count() < action.place + 15:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        process.stdout.close()
        action.refresh_from_db()
        assert action.place == ScheduledRun.objects.count() == BulkItem.objects.count()
        killed_at.append(action.place)
    assert killed_at == sorted({*killed_at})
    assert killed_at[-1] < 90
    finish(action, alice)
    assert_each_once(action, redis)
    assert ScheduledJob.objects.count() == 90
