"""Looking at disk, database and Redis at once, and what follows from it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from schedules import causes
from schedules.causes import Diagnosis, Facts
from schedules.services.insight.health import database_probe, disk_probe, redis_probe
from schedules.services.insight.health.shared_probe import SharedProbe


class Probes:
    """The three looks of a process, each shared by all who ask within a second."""

    def __init__(self) -> None:
        self._probes = {
            name: SharedProbe(name, probe, {name: f"{name}_silent"})
            for name, probe in (
                ("disk", disk_probe.probe),
                ("database", database_probe.probe),
                ("redis", redis_probe.probe),
            )
        }

    def facts(self, now: datetime, *, wait: float | None = None) -> Facts:
        """What is known: in the end, or after `wait` seconds."""
        until = time.monotonic() + (wait or 0.0)
        verdicts = {name: probe.begin(now) for name, probe in self._probes.items()}
        facts = Facts()
        for name, probe in self._probes.items():
            left = None if wait is None else max(0.0, until - time.monotonic())
            if found := probe.answer(verdicts[name], wait=left):
                facts = replace(facts, **found)
        return facts


_shared = Probes()


def facts_now(now: datetime, *, wait: float | None = None) -> Facts:
    """What is known in this process, at most a second old; without `wait` all of it, if
    need be after two seconds of silence."""
    return _shared.facts(now, wait=wait)


def diagnose(facts: Facts) -> Diagnosis:
    """What is wrong, by the settings of this site."""
    return causes.diagnose(facts, queue_old_seconds=settings.QUEUE_OLD_SECONDS)


def reset() -> None:
    """Look anew: what this process connects to is another (in tests)."""
    globals()["_shared"] = Probes()
