"""One look for all who ask at the same moment: never two at once, and one a second at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

logger = structlog.get_logger(__name__)
KEPT_SECONDS = 1.0
RECENT_SECONDS = 10.0
# An answer that takes longer is no answer.
SILENT_AFTER_SECONDS = 1.5
# A process with hundreds of busy threads hears late of an answer that came in time: what
# it sleeps longer than it wanted to is not held against the one who was asked ...
TICK_SECONDS = 0.1
LATE_TICK_SECONDS = 0.15
# ... but not for ever.
GIVE_UP_SECONDS = 10.0
Answer = dict[str, Any]
"""Some fields of `Facts`."""
Look = Callable[[datetime], Answer]


@dataclass(slots=True)
class _Flight:
    """One question under way: its answer, or the silence that stands for it."""

    verdict: Future[Answer] = field(default_factory=Future)
    landed: threading.Event = field(default_factory=threading.Event)
    landed_at: float = 0.0
    was_silent: bool = False

    @property
    def is_stale(self) -> bool:
        if not self.landed.is_set():
            return False
        age = time.monotonic() - self.landed_at
        return self.was_silent or age > KEPT_SECONDS


class SharedProbe:
    """Asks in a thread of its own. A question that hangs holds up one thread, not many:
    until it comes back nobody asks again, and everybody is told of the silence at once."""

    def __init__(self, name: str, look: Look, silence: Answer) -> None:
        self._name = name
        self._look = look
        self._silence = silence
        self._lock = threading.Lock()
        self._flight: _Flight | None = None
        self._last: Answer | None = None
        self._last_at = 0.0

    def begin(self, now: datetime) -> Future[Answer]:
        """The answer to wait for: the one under way, or one of the last second."""
        with self._lock:
            flight = self._flight
            if flight is None or flight.is_stale:
                flight = self._flight = _Flight()
                self._start(self._fly, flight, now)
                self._start(self._count, flight)
            return flight.verdict

    def answer(self, verdict: Future[Answer], *, wait: float | None) -> Answer | None:
        """What was found. Who does not want to wait for it gets what was found lately, and
        None if there is nothing of the kind."""
        try:
            return verdict.result(timeout=wait)
        except TimeoutError:
            is_recent = time.monotonic() - self._last_at < RECENT_SECONDS
            return self._last if is_recent else None

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        name = f"look-{self._name}"
        threading.Thread(target=target, args=args, daemon=True, name=name).start()

    def _fly(self, flight: _Flight, now: datetime) -> None:
        try:
            found = self._look(now)
        except Exception:
            # The one who asks must be answered, whatever is wrong with the question.
            logger.exception("look_failed", look=self._name)
            found = self._silence
        self._say(flight, found)
        self._remember(found)
        flight.landed_at = time.monotonic()
        flight.landed.set()

    def _count(self, flight: _Flight) -> None:
        """Say that there is silence, once it has lasted for long enough."""
        silent = 0.0
        began = before = time.monotonic()
        while not flight.landed.wait(TICK_SECONDS):
            now = time.monotonic()
            tick, before = now - before, now
            silent += tick if tick < LATE_TICK_SECONDS else 0.0
            if silent >= SILENT_AFTER_SECONDS or now - began > GIVE_UP_SECONDS:
                flight.was_silent = True
                self._remember(self._silence)
                self._say(flight, self._silence)
                return

    def _remember(self, found: Answer) -> None:
        self._last, self._last_at = found, time.monotonic()

    @staticmethod
    def _say(flight: _Flight, found: Answer) -> None:
        with suppress(InvalidStateError):  # the other thread was first
            flight.verdict.set_result(found)
