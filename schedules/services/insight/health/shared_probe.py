"""A probe shared by concurrent callers: one at a time, and at most one a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.kit.logs import get_logger

logger = get_logger(__name__)
KEPT_SECONDS = 1.0
RECENT_SECONDS = 10.0
# A service that takes longer than this is reported as silent.
SILENT_AFTER_SECONDS = 1.5
# In a process with hundreds of busy threads, an answer that came in time is noticed late. So
# the time is counted in short ticks, and ticks that took too long do not count ...
TICK_SECONDS = 0.1
LATE_TICK_SECONDS = 0.15
# ... up to this limit.
GIVE_UP_SECONDS = 10.0
Answer = dict[str, Any]
"""Some fields of `Facts`."""
Probe = Callable[[datetime], Answer]


@dataclass(slots=True)
class _Attempt:
    """One probe in progress, and its answer."""

    answer: Future[Answer] = field(default_factory=Future)
    finished: threading.Event = field(default_factory=threading.Event)
    finished_at: float = 0.0
    was_silent: bool = False

    def is_stale(self, kept: float) -> bool:
        if not self.finished.is_set():
            return False
        age = time.monotonic() - self.finished_at
        return self.was_silent or age > kept


class SharedProbe:
    """Runs `probe` in a thread of its own.

    A probe that hangs blocks one thread, not one for each caller: until it returns, no other
    is started, and all callers get the answer `silence` at once.
    """

    def __init__(self, name: str, probe: Probe, silence: Answer) -> None:
        self._name = name
        self._probe = probe
        self._silence = silence
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None
        self._last: Answer | None = None
        self._last_at = 0.0

    def begin(self, now: datetime, *, kept: float = KEPT_SECONDS) -> Future[Answer]:
        """The answer to wait for: of the probe in progress, or one not older than `kept`."""
        with self._lock:
            attempt = self._attempt
            if attempt is None or attempt.is_stale(kept):
                attempt = self._attempt = _Attempt()
                self._start(self._run, attempt, now)
                self._start(self._watch, attempt)
            return attempt.answer

    def answer(self, answer: Future[Answer], *, wait: float | None) -> Answer | None:
        """The answer; if it has not come within `wait` seconds, the last recent one, or None."""
        try:
            return answer.result(timeout=wait)
        except TimeoutError:
            is_recent = time.monotonic() - self._last_at < RECENT_SECONDS
            return self._last if is_recent else None

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        name = f"probe-{self._name}"
        threading.Thread(target=target, args=args, daemon=True, name=name).start()

    def _run(self, attempt: _Attempt, now: datetime) -> None:
        try:
            found = self._probe(now)
        except Exception:
            # Callers wait for an answer even if the probe itself is broken.
            logger.exception("check_failed", check=self._name)
            found = self._silence
        self._publish(attempt, found)
        self._remember(found)
        attempt.finished_at = time.monotonic()
        attempt.finished.set()

    def _watch(self, attempt: _Attempt) -> None:
        """Answer with `silence` once the probe has taken too long."""
        silent = 0.0
        began = before = time.monotonic()
        while not attempt.finished.wait(TICK_SECONDS):
            now = time.monotonic()
            tick, before = now - before, now
            silent += tick if tick < LATE_TICK_SECONDS else 0.0
            if silent >= SILENT_AFTER_SECONDS or now - began > GIVE_UP_SECONDS:
                attempt.was_silent = True
                self._remember(self._silence)
                self._publish(attempt, self._silence)
                return

    def _remember(self, found: Answer) -> None:
        self._last, self._last_at = found, time.monotonic()

    @staticmethod
    def _publish(attempt: _Attempt, found: Answer) -> None:
        with suppress(InvalidStateError):  # the other thread was first
            attempt.answer.set_result(found)
