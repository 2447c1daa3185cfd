"""What workers of the tests run: a function that leaves something behind, and one that looks
what it finds."""

from __future__ import annotations

import decimal
import gc
import locale
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import structlog
from django.db import connection
from django.db import transaction as db_transaction
from django.utils import timezone, translation

from workflows.execution.record import Record
from workflows.functions import workflow_function

_kept: list[Any] = []


@workflow_function
def leave(what: str) -> str:
    """Leave something behind."""
    (PUT_BACK | NOT_PUT_BACK)[what]()
    return "done"


@workflow_function
def break_the_record() -> None:
    """Let the outcome of this run be impossible to record."""

    def fail(record: Record) -> None:
        raise ValueError("a record that cannot be written")

    Record.write_end = fail  # type: ignore[method-assign]


@workflow_function
def look() -> dict[str, Any]:
    """What a run finds around it."""
    with connection.cursor() as cursor:
        cursor.execute(SESSION[connection.vendor])
        (session,) = cursor.fetchone()
    return {
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "hour": time.localtime(0).tm_hour,
        "umask": umask(),
        "handlers": str(
            [signal.getsignal(n) for n in sorted(signal.Signals) if n != signal.SIGALRM]
        ),
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "timer": signal.getitimer(signal.ITIMER_VIRTUAL),
        "log": dict(structlog.contextvars.get_contextvars()),
        "zone": str(timezone.get_current_timezone()),
        "language": translation.get_language(),
        "transaction": not connection.get_autocommit() or connection.in_atomic_block,
        "session": session,
        "precision": decimal.getcontext().prec,
        "locale": locale.setlocale(locale.LC_ALL),
        "path": list(sys.path),
        "output": type(sys.stdout).__name__,
        "sockets": socket.getdefaulttimeout(),
        "recursion": sys.getrecursionlimit(),
        "collects": gc.isenabled(),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "threads": sorted(t.name for t in threading.enumerate() if t.name != "guard"),
        "kept": len(_kept),
        "wrappers": (len(connection.execute_wrappers), connection.force_debug_cursor),
        "processors": sorted(os.sched_getaffinity(0)),
        "logs": logging.root.manager.disable,
        "hook": sys.excepthook.__module__,
    }


@workflow_function
def process() -> int:
    """The process of this run."""
    return os.getpid()


SESSION = {
    "sqlite": "SELECT * FROM pragma_busy_timeout",
    "postgresql": "SHOW statement_timeout",
}
CHANGE_OF_SESSION = {
    "sqlite": "PRAGMA busy_timeout = 713",
    "postgresql": "SET statement_timeout = 713",
}


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def environment() -> None:
    os.environ["LEFT"] = "behind"
    del os.environ["PATH"]


def local_time() -> None:
    os.environ["TZ"] = "Asia/Kolkata"
    time.tzset()


def handlers() -> None:
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM):
        signal.signal(number, lambda *args: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})


def timers() -> None:
    signal.setitimer(signal.ITIMER_REAL, 2.0)
    signal.setitimer(signal.ITIMER_VIRTUAL, 700)


def transaction() -> None:
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def atomic() -> None:
    db_transaction.atomic().__enter__()


def session() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHANGE_OF_SESSION[connection.vendor])


def streams() -> None:
    sys.stdout = StringIO()


def limits() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, most))


def wrappers() -> None:
    connection.execute_wrappers.append(lambda execute, *args: execute(*args))
    connection.force_debug_cursor = True


PUT_BACK: dict[str, Callable[[], object]] = {
    "directory": lambda: os.chdir("/"),
    "environment": environment,
    "local time": local_time,
    "umask": lambda: os.umask(0o777),
    "signal handlers": handlers,
    "timers": timers,
    "log context": lambda: structlog.contextvars.bind_contextvars(left="behind"),
    "zone": lambda: timezone.activate("Asia/Tokyo"),
    "language": lambda: translation.activate("da"),
    "transaction": transaction,
    "block of a transaction": atomic,
    "session settings": session,
    "precision": lambda: setattr(decimal.getcontext(), "prec", 3),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
    "search path": lambda: sys.path.insert(0, "/nowhere"),
    "streams": streams,
    "time-out of sockets": lambda: socket.setdefaulttimeout(3),
    "limit of recursion": lambda: sys.setrecursionlimit(200),
    "garbage": gc.disable,
    "soft limits": limits,
    "what looks at queries": wrappers,
    "processors": lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    "level of logs": lambda: logging.disable(logging.CRITICAL),
    "hook of exceptions": lambda: setattr(sys, "excepthook", print),
}


def thread() -> None:
    threading.Thread(target=time.sleep, args=(713,), daemon=True, name="left").start()


def child() -> None:
    subprocess.Popen(["sleep", "713"], start_new_session=True)


def zombie() -> None:
    if os.fork() == 0:
        os._exit(0)


def open_connection() -> None:
    _kept.extend(socket.socketpair())


def memory() -> None:
    _kept.append(bytearray(200_000_000))


def redirected() -> None:
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)


def hard_limits() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))


NOT_PUT_BACK: dict[str, Callable[[], object]] = {
    "thread": thread,
    "child": child,
    "zombie": zombie,
    "connection": open_connection,
    "memory": memory,
    "hard limits": hard_limits,
    "redirected output": redirected,
}
