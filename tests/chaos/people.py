"""Whose schedules a drill works on; the verbs that people use meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from schedules.exceptions import ScheduleNotFound, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    create_schedule,
    pause_schedule,
    resume_schedule,
    stop_schedule,
    update_schedule,
)
from tests.chaos.site import Site
from tests.graphs import add_graph
from workflows.models import Workflow, WorkflowExecution

GONE = (ScheduleNotFound, ScheduleStopped)
THREADS = 4


def make_owner(site: Site) -> User:
    """Ada, whose workflow calls the counter and takes as long as the payload says."""
    ada = User.objects.create_user("ada")
    workflow = Workflow.objects.create(name="marks", owner=ada)
    start = [f"{{{{ trigger.{name} }}}}" for name in START]
    url = f"{site.marks.origin}/{{{{ trigger.payload.seconds }}}}"
    mark = {"method": "POST", "url": url, "json": {"start": start}}
    nodes = {"tick": ("trigger_schedule", {}), "mark": ("http_request", mark)}
    add_graph(workflow, nodes, [("tick", "mark")])
    return ada


START = ("schedule_id", "scheduled_for", "origin", "attempt")


def make_schedule(**fields: Any) -> ScheduledJob:
    workflow = Workflow.objects.get()
    fields = {"name": "job", "workflow": workflow} | fields
    assert workflow.owner is not None
    actor = Actor.person(workflow.owner)
    return create_schedule(fields, actor=actor, now=timezone.now())


def mixed_load() -> None:
    """Every policy at work, about three runs a second, one of them long."""
    policies = [
        {"overlap_policy": "skip", "catchup_policy": "all", "max_retries": 2},
        {"overlap_policy": "queue", "catchup_policy": "latest", "max_retries": 1},
        {"overlap_policy": "allow", "catchup_policy": "all", "max_retries": 3},
        {"overlap_policy": "replace", "catchup_policy": "none", "max_retries": 1},
        {"overlap_policy": "skip", "catchup_policy": "latest", "jitter_seconds": 2},
    ]
    for number, policy in enumerate(policies):
        make_schedule(
            interval_seconds=2 + number % 2,
            trigger_payload={"seconds": 0},
            retry_backoff_seconds=1,
            **policy,
        )
    make_schedule(
        name="long",
        interval_seconds=3,
        trigger_payload={"seconds": 2},
        max_retries=1,
        retry_backoff_seconds=1,
    )


BATCH_SIZE = 500
BATCH_EVERY_SECONDS = 4


def a_batch(size: int = BATCH_SIZE, every: int = BATCH_EVERY_SECONDS) -> None:
    """Schedules that are all due at the same instants."""
    now = timezone.now()
    # Of the Unix time, so that a fault can tell when the next batch begins.
    start = now + timedelta(seconds=every - now.timestamp() % every)
    start = (start + timedelta(seconds=0.5)).replace(microsecond=0)
    for number in range(size):
        make_schedule(
            name=f"batch {number}",
            interval_seconds=every,
            anchor_at=start,
            start_at=start,
            overlap_policy="allow",
            catchup_policy="all",
        )


class People:
    """Four threads that pause, resume, edit and stop schedules at random.

    `broken` tells of each pause after which an execution of the schedule started.
    """

    def __init__(self, seed: int) -> None:
        self.broken: list[str] = []
        self.verbs = 0
        self._seed = seed
        self._over = threading.Event()
        self._actor = Actor.person(User.objects.get(username="ada"))
        ids = [
            make_schedule(
                name="edited",
                interval_seconds=1,
                overlap_policy="allow",
                trigger_payload={"seconds": 0},
            ).pk
            for _ in range(5)
        ]
        # Resuming while somebody else watches a pause would prove nothing.
        self._watched = {pk: threading.Lock() for pk in ids}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [
            threading.Thread(target=self._work, args=(random.Random(self._seed + n),))
            for n in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def go_home(self) -> None:
        """Their schedules stay, for the audit, but leave the workers to the others."""
        for pk in self._watched:
            with suppress(GONE):
                pause_schedule(pk, actor=self._actor, now=timezone.now())

    def _work(self, chance: random.Random) -> None:
        verbs: list[Callable[[UUID, random.Random], None]] = [
            *[self._pause] * 6,
            *[self._resume] * 6,
            *[self._edit] * 4,
            self._stop,
        ]
        try:
            while not self._over.is_set():
                pk = chance.choice(list(self._watched))
                with suppress(GONE):
                    chance.choice(verbs)(pk, chance)
                self.verbs += 1
                time.sleep(chance.uniform(0.0, 0.3))
        except Exception as error:
            self.broken.append(f"a verb failed: {error!r}")
            raise
        finally:
            connection.close()

    def _pause(self, pk: UUID, chance: random.Random) -> None:
        with self._watched[pk]:
            pause_schedule(pk, actor=self._actor, now=timezone.now())
            before = started(pk)
            time.sleep(chance.uniform(0.2, 1.0))
            if extra := started(pk) - before:
                self.broken.append(f"{pk} was paused, and then {extra} started")

    def _resume(self, pk: UUID, chance: random.Random) -> None:
        catch_up = chance.choice(["none", "latest", "all"])
        with self._watched[pk]:
            resume_schedule(
                pk, actor=self._actor, now=timezone.now(), catch_up=catch_up
            )

    def _edit(self, pk: UUID, chance: random.Random) -> None:
        fields = {"interval_seconds": chance.randint(1, 3)}
        update_schedule(pk, fields, actor=self._actor, now=timezone.now())

    def _stop(self, pk: UUID, chance: random.Random) -> None:
        if chance.random() < 0.2:
            stop_schedule(pk, actor=self._actor, now=timezone.now())


def started(pk: UUID) -> set[object]:
    """Every attempt of the schedule that has started, by the ledger and by executions."""
    runs = ScheduledRun.objects.filter(schedule=pk, started_at__isnull=False)
    executions = WorkflowExecution.objects.filter(event__schedule_id=str(pk))
    return {
        *runs.values_list("pk", "started_at"),
        *executions.values_list("pk", flat=True),
    }
