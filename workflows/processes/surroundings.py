"""What code finds around it in a process that stays: it is put back after each run.

What cannot be put back is named; then the process has to be replaced. What a run changes in
the modules that it shares with the next, such as a global variable, is beyond this.
"""

from __future__ import annotations

import decimal
import gc
import locale
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.core.cache import caches
from django.db import connections
from django.utils import timezone, translation
from structlog.contextvars import clear_contextvars

from workflows.processes.leftovers import has_children

OPEN_FILES = "/proc/self/fd"
THREADS = "/proc/self/task"
# Plain files that stay open harm nobody, until there are many.
MOST_FILES_LEFT = 100
_SIGNALS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
_LIMITS = sorted(
    value for name, value in vars(resource).items() if name.startswith("RLIMIT_")
)


class Surroundings:
    """What is around the code of this process now. For its main thread.

    `close` closes the connections of our own that no run has opened.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._wrappers = {
            each.alias: list(each.execute_wrappers)
            for each in connections.all(initialized_only=True)
        }
        self._put_back_connections()
        self._directory = os.getcwd()
        self._environment = os.environ.copy()
        self._umask = os.umask(0)
        os.umask(self._umask)
        self._handlers = {each: signal.getsignal(each) for each in _SIGNALS}
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._settings = {each: get() for each, (get, _) in _SETTINGS.items()}
        self._limits = {each: resource.getrlimit(each) for each in _LIMITS}
        self._decimal = decimal.getcontext().copy()
        self._user = _user()
        self._threads = _count_threads()
        self._files = _open_files()
        self._outputs = _outputs()

    def put_back(self) -> str:
        """Put everything back. Returns why the process cannot go on; empty if it can."""
        reasons = [why for step in self._steps() if (why := _tried(step))]
        return ", ".join(reasons)

    def _steps(self) -> Iterator[Callable[[], str]]:
        yield self._put_back_signals  # first: nothing may interrupt the rest
        yield self._put_back_connections
        yield self._put_back_directory
        yield self._put_back_environment
        yield self._put_back_settings
        yield self._put_back_limits
        yield _look_for_processes
        yield self._look_for_threads
        yield self._look_for_files

    def _put_back_connections(self) -> str:
        """The next run begins with new connections, which have no setting of this one."""
        connections.close_all()
        for each in connections.all(initialized_only=True):
            # What looks at each query has been added to this object, not to what is closed.
            each.execute_wrappers[:] = self._wrappers.get(each.alias, [])
            each.force_debug_cursor = False
        caches.close_all()
        self._close()
        return ""

    def _put_back_signals(self) -> str:
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        for number, handler in self._handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        return ""

    def _put_back_directory(self) -> str:
        os.chdir(self._directory)
        os.umask(self._umask)
        return ""

    def _put_back_environment(self) -> str:
        if os.environ.copy() != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
            time.tzset()
        return ""

    def _put_back_settings(self) -> str:
        for name, (get, put) in _SETTINGS.items():
            if get() != self._settings[name]:
                put(self._settings[name])
        decimal.setcontext(self._decimal.copy())
        timezone.deactivate()
        translation.deactivate()
        clear_contextvars()
        return ""

    def _put_back_limits(self) -> str:
        for limit, values in self._limits.items():
            if resource.getrlimit(limit) != values:
                resource.setrlimit(limit, values)
        return "" if _user() == self._user else "it has become another user"

    def _look_for_threads(self) -> str:
        return "it left a thread" if _count_threads() > self._threads else ""

    def _look_for_files(self) -> str:
        """Connections that the run left open, and too many files."""
        if _outputs() != self._outputs:
            return "it redirected a standard stream"
        left = _open_files() - self._files
        if any(_is_connection(number) for number in left):
            return "it left a connection open"
        return "it left files open" if len(left) > MOST_FILES_LEFT else ""


def _path() -> list[str]:
    return list(sys.path)


def _put_path(path: list[str]) -> None:
    sys.path[:] = path


def _streams() -> tuple[Any, ...]:
    return sys.stdin, sys.stdout, sys.stderr


def _put_streams(streams: tuple[Any, ...]) -> None:
    sys.stdin, sys.stdout, sys.stderr = streams


def _cpus() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _put_cpus(cpus: set[int]) -> None:
    os.sched_setaffinity(0, cpus)


def _put_collection(enabled: bool) -> None:  # noqa: FBT001 what gc.isenabled() returned
    (gc.enable if enabled else gc.disable)()


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _put_priority(priority: int) -> None:
    os.setpriority(os.PRIO_PROCESS, 0, priority)


# What is read and set by two functions of the standard library.
_SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "search path": (_path, _put_path),
    "standard streams": (_streams, _put_streams),
    "locale": (
        lambda: locale.setlocale(locale.LC_ALL),
        lambda value: locale.setlocale(locale.LC_ALL, value),
    ),
    "time-out of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout),
    "limit of recursion": (sys.getrecursionlimit, sys.setrecursionlimit),
    "collection of garbage": (gc.isenabled, _put_collection),
    "trace function": (sys.gettrace, sys.settrace),
    "profile function": (sys.getprofile, sys.setprofile),
    "priority": (_priority, _put_priority),
    "processors": (_cpus, _put_cpus),
    "level of logs": (lambda: logging.root.manager.disable, logging.disable),
    "hook of exceptions": (
        lambda: sys.excepthook,
        lambda hook: setattr(sys, "excepthook", hook),
    ),
}


def _tried(step: Callable[[], str]) -> str:
    try:
        return step()
    except Exception as error:  # noqa: BLE001 whatever it is, it could not be put back
        return f"{step.__name__.strip('_')} failed: {type(error).__name__}: {error}"


def _user() -> tuple[int, ...]:
    return os.getuid(), os.geteuid(), os.getgid(), os.getegid()


def _look_for_processes() -> str:
    """Processes that it started and that still run, in a session of their own, or that it has
    not waited for."""
    return "it left a process" if has_children() else ""


def _count_threads() -> int:
    try:
        return len(os.listdir(THREADS))
    except OSError:  # not on macOS
        return threading.active_count()


def _open_files() -> set[str]:
    try:
        return set(os.listdir(OPEN_FILES))
    except OSError:
        return set()


def _outputs() -> list[tuple[int, int]]:
    """Which files the standard streams of the system lead to."""
    found = []
    for number in (0, 1, 2):
        with suppress(OSError):  # closed
            status = os.fstat(number)
            found.append((status.st_dev, status.st_ino))
    return found


def _is_connection(number: str) -> bool:
    try:
        target = os.readlink(f"{OPEN_FILES}/{number}")
    except OSError:  # the folder itself, which was read
        return False
    return target.startswith(("socket:", "pipe:"))
