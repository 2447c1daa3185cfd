"""Probing the disk, the database and Redis at once, and diagnosing the result."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from schedules import causes
from schedules.causes import Diagnosis, Facts
from schedules.services.insight.health import database_probe, disk_probe, redis_probe
from schedules.services.insight.health.shared_probe import KEPT_SECONDS, SharedProbe
from workflows.execution.queue import redis_setting
from workflows.kit.conf import conf


class Probes:
    """The three probes of a process, each shared by all callers within a second."""

    def __init__(self) -> None:
        self._probes = {
            name: SharedProbe(name, probe, {name: f"{name}_silent"})
            for name, probe in (
                ("disk", disk_probe.probe),
                ("database", database_probe.probe),
                ("redis", redis_probe.probe),
            )
        }

    def facts(
        self, now: datetime, *, wait: float | None = None, kept: float = KEPT_SECONDS
    ) -> Facts:
        """The facts as of `now`: all of them, or those known after `wait` seconds."""
        until = time.monotonic() + (wait or 0.0)
        answers = {
            name: probe.begin(now, kept=kept) for name, probe in self._probes.items()
        }
        facts = Facts()
        for name, probe in self._probes.items():
            left = None if wait is None else max(0.0, until - time.monotonic())
            if found := probe.answer(answers[name], wait=left):
                facts = replace(facts, **found)
        return facts


_shared = Probes()


def facts_now(
    now: datetime, *, wait: float | None = None, kept: float = KEPT_SECONDS
) -> Facts:
    """The facts that this process knows, not older than `kept`.

    With `wait`, those known after so many seconds; without it, all, which may take two
    seconds if a service does not answer.
    """
    return _shared.facts(now, wait=wait, kept=kept)


def diagnose(facts: Facts) -> Diagnosis:
    """The causes of `facts` by the settings of this site."""
    return causes.diagnose(
        facts,
        queue_old_seconds=conf.QUEUE_OLD_SECONDS,
        redis_setting=redis_setting(),
    )


def reset() -> None:
    """Forget all facts: this process connects to other services now (in tests)."""
    globals()["_shared"] = Probes()
