"""The measurements, each in a process of its own: see `tests/bench/__main__.py`.

They fill and empty the database and the Redis of their environment, and refuse any in which
there is something: the benchmarks make both for them.
"""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User

from schedules.models import ScheduleType
from schedules.services.upkeep.session import use_scheduler_session
from tests.bench.admin_pages import admin_pages
from tests.bench.history import history
from tests.bench.lateness import lateness
from tests.bench.listing import listing
from tests.bench.population import clear
from tests.bench.running import our_rate, starts, stock_rate
from tests.bench.startup import startup
from tests.bench.throughput import ours, stock
from tests.bench.upserts import upserts
from workflows.execution.queue import connection as redis_connection

Results = Iterator[tuple[str, Any]]


def _throughput(options: Namespace) -> Results:
    """Ours and stock by turns, so that what else the machine does meets both."""
    use_scheduler_session()  # as in the scheduler's process
    gc.freeze()  # likewise
    for _ in range(options.repeat):
        for kind in (ScheduleType.INTERVAL, ScheduleType.CRON):
            yield f"stock {kind}", stock(options.schedules, kind)
            fired = ours(options.schedules, kind)
            yield f"ours {kind}", fired.rate
            yield f"processor {kind}", fired.processor


def _lateness(options: Namespace) -> Results:
    for _ in range(options.repeat):
        clear()
        yield "lateness", lateness(options.schedules, options.seconds)


def _startup(options: Namespace) -> Results:
    use_scheduler_session()  # as in the scheduler's process
    yield "startup", startup(options.schedules)


def _listing(options: Namespace) -> Results:
    yield from listing(options.schedules, options.repeat)


def _admin(options: Namespace) -> Results:
    yield from admin_pages(options.schedules, options.runs, options.repeat)


def _history(options: Namespace) -> Results:
    use_scheduler_session()  # as in the scheduler's process, which prunes
    yield from history(options.schedules, options.runs, options.repeat)


def _upserts(options: Namespace) -> Results:
    for _ in range(options.repeat):
        yield from upserts(options.schedules)


def _running(options: Namespace) -> Results:
    """Ours and stock by turns, so that what else the machine does meets both."""
    for _ in range(options.repeat):
        yield "stock", stock_rate(options.runs)
        for processes in (1, 2):
            yield str(processes), our_rate(options.runs, processes)


def _starts(options: Namespace) -> Results:
    yield "starts", starts(options.schedules, options.seconds, processes=2)


MEASUREMENTS: dict[str, Callable[[Namespace], Results]] = {
    "throughput": _throughput,
    "lateness": _lateness,
    "startup": _startup,
    "listing": _listing,
    "admin": _admin,
    "history": _history,
    "upserts": _upserts,
    "running": _running,
    "starts": _starts,
}


def measure(options: Namespace) -> Results:
    """Pairs of name and value. Raises `SystemExit` if it is not alone."""
    if User.objects.exists() or any(redis_connection().scan_iter("rq:*")):
        raise SystemExit("It works on an empty database and an empty Redis only.")
    try:
        yield from MEASUREMENTS[options.what](options)
    finally:
        clear()
