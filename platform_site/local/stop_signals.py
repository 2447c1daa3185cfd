"""Waiting that a signal or the end of a child process cuts short."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType
from typing import Any, Self


class StopSignals:
    """Counts the requests to stop (SIGINT, SIGTERM, SIGHUP) while it is entered."""

    def __init__(self) -> None:
        self.requests = 0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self.requests > 0

    def wait(self, seconds: float) -> None:
        """Sleep, but only until the next signal; one that came before this call counts."""
        if select.select([self._bell], [], [], max(seconds, 0))[0]:
            os.read(self._bell, 4096)

    def __enter__(self) -> Self:
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._rope, False)
        self._wakeup_before = signal.set_wakeup_fd(
            self._rope, warn_on_full_buffer=False
        )
        self._handle(signal.SIGCHLD, self._ring)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a hang-up is ignored, and stays so. An interrupt is heard even
            # where a script's shell ignores it for what it starts with `&`.
            ignored = signal.getsignal(number) is signal.SIG_IGN
            if number != signal.SIGHUP or not ignored:
                self._handle(number, self._count)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._bell)
        os.close(self._rope)

    def _handle(self, number: signal.Signals, handler: Any) -> None:
        self._before[number] = signal.signal(number, handler)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1

    def _ring(self, number: int, frame: FrameType | None) -> None:
        """Nothing to do: that there is a handler makes the signal ring the bell."""
