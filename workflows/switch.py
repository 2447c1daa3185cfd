"""The dead man's switch: a work process that does not set it again in time is ended.

From inside, by a thread of C that needs no interpreter and tells where the process was; and
by its worker, in case the process stands still, or has become another program.
"""

from __future__ import annotations

import faulthandler
import time

from workflows.slate import note_kill_at

STDERR = 2


def set_switch(at: float) -> None:
    """End this process at `at` on the monotonic clock, unless this is called again."""
    seconds = max(0.01, at - time.monotonic())
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    note_kill_at(at)


def take_switch_away() -> None:
    """The work is over."""
    faulthandler.cancel_dump_traceback_later()
    note_kill_at(0.0)
