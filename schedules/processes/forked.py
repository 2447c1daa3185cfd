"""A process that a worker forks: how it begins, and how its end is noticed."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from schedules.processes.reaper import Reaper
from workflows.execution.process_state import ProcessState, use_state
from workflows.execution.queue import forget_connection
from workflows.kit.logs import get_logger
from workflows.processes.leftovers import lead_session

logger = get_logger(__name__)
PR_SET_PDEATHSIG = 1
CHECK_EVERY_SECONDS = 0.2
# On this signal a process prints where it is: once it is killed, nobody can ask it.
PRINT = signal.SIGQUIT
PRINTING_SECONDS = 0.1


def begin(
    worker: int, state: ProcessState, reaper: Reaper, work: Callable[[], None]
) -> NoReturn:
    """In the process that was just forked: `work`, then end. It leads a session, shares
    nothing with its worker but `state`, and does not outlive it."""
    status = 1
    try:
        _die_with_parent(worker)
        _handle_signals()
        lead_session()
        _have_no_input()
        use_state(state)
        forget_connection()
        reaper.watch_me()
        faulthandler.register(PRINT, file=sys.stderr, all_threads=True)
        work()
        status = 0
    except BaseException:
        logger.exception("work_process_crashed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def reap(pid: int, before: Callable[[], None]) -> int | None:
    """The wait status of a child that has ended; None while it runs.

    `before` is called first, where the system lets us: until then its number, which is that
    of its session, is not used again.
    """
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        ended, status = os.waitpid(pid, os.WNOHANG)
        return status if ended else None
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return None
    before()
    return os.waitpid(pid, 0)[1]


def has_ended(pid: int) -> bool:
    """Whether the child has ended. It is not reaped."""
    ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, ended) is not None


def is_overdue(state: ProcessState) -> bool:
    """Whether the process should have ended its run, or itself, by now."""
    return 0 < state.kill_at < time.monotonic() - CHECK_EVERY_SECONDS


def print_where_it_is(pid: int) -> None:
    """Have the process print where each of its threads is, which needs no interpreter."""
    os.kill(pid, PRINT)
    time.sleep(PRINTING_SECONDS)


def _handle_signals() -> None:
    """As RQ's own work processes do: Ctrl-C is for the worker, and SIGTERM ends them at once."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    # An alarm that comes when its run has ended must not end the process.
    signal.signal(signal.SIGALRM, _ignore)


def _ignore(signum: int, frame: FrameType | None) -> None:
    pass


def _have_no_input() -> None:
    """Whoever asks a question in a work process is told at once that nobody answers."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _die_with_parent(parent: int) -> None:
    """Make the work process end when its worker ends, for any reason.

    Otherwise it would continue unseen while its run is judged lost and tried again.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent died before the call
        os._exit(1)
    if sys.platform != "linux":
        threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
