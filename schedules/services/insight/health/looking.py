"""Looking at disk, database and Redis at once, and what follows from it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from schedules.causes import Facts, Verdict, verdict
from schedules.services.insight.health import of_database, of_disk, of_redis
from schedules.services.insight.health.shared import SharedLook


class Looks:
    """The three looks of a process, each shared by all who ask within a second."""

    def __init__(self) -> None:
        self._looks = {
            name: SharedLook(name, look, {name: f"{name}_silent"})
            for name, look in (
                ("disk", of_disk.look),
                ("database", of_database.look),
                ("redis", of_redis.look),
            )
        }

    def facts(self, now: datetime, *, wait: float | None = None) -> Facts:
        """What is known: in the end, or after `wait` seconds."""
        until = time.monotonic() + (wait or 0.0)
        verdicts = {name: look.begin(now) for name, look in self._looks.items()}
        facts = Facts()
        for name, look in self._looks.items():
            left = None if wait is None else max(0.0, until - time.monotonic())
            if found := look.answer(verdicts[name], wait=left):
                facts = replace(facts, **found)
        return facts


_shared = Looks()


def facts_now(now: datetime, *, wait: float | None = None) -> Facts:
    """What is known in this process, at most a second old; without `wait` all of it, if
    need be after two seconds of silence."""
    return _shared.facts(now, wait=wait)


def judge(facts: Facts) -> Verdict:
    """What is wrong, by the settings of this site."""
    return verdict(facts, queue_old_seconds=settings.QUEUE_OLD_SECONDS)


def forget() -> None:
    """Look anew: what this process connects to is another (in tests)."""
    globals()["_shared"] = Looks()
