"""`manage.py measure_firing`: the measurements of `benchmark_firing`, where it stands.

It empties the database and the Redis that it works on: `benchmark_firing` makes both for
it, and it refuses any in which there is something.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from schedules.management.benchmark.lateness import lateness
from schedules.management.benchmark.startup import startup
from schedules.management.benchmark.throughput import ours, stock
from schedules.models import ScheduleType
from schedules.services.durability import leave_the_disk_to_claims
from workflows.queue import connection as redis_connection

Results = Iterator[tuple[str, Any]]


class Command(BaseCommand):
    """Each result is a line of JSON on stdout: `[name, value]`."""

    help = "Used by benchmark_firing, on a scratch database and a scratch Redis."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=MEASUREMENTS)
        parser.add_argument("--schedules", type=int, required=True)
        parser.add_argument("--repeat", type=int, default=1)
        parser.add_argument("--seconds", type=int, default=60)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or any(redis_connection().scan_iter("rq:*")):
            raise CommandError("It works on an empty database and Redis only.")
        leave_the_disk_to_claims()  # it stands for the scheduler's process
        try:
            for result in MEASUREMENTS[options["what"]](options):
                self.stdout.write(json.dumps(result))
                self.stdout.flush()
        finally:
            call_command("flush", interactive=False, verbosity=0)
            redis_connection().flushall()


def _throughput(options: dict[str, Any]) -> Results:
    """Ours and stock by turns, so that what else the machine does meets both."""
    count = options["schedules"]
    for _ in range(options["repeat"]):
        for kind in (ScheduleType.INTERVAL, ScheduleType.CRON):
            yield f"stock {kind}", stock(count, kind)
            yield f"ours {kind}", ours(count, kind)


def _lateness(options: dict[str, Any]) -> Results:
    yield "lateness", lateness(options["schedules"], options["seconds"])


def _startup(options: dict[str, Any]) -> Results:
    yield "startup", startup(options["schedules"])


MEASUREMENTS: dict[str, Callable[[dict[str, Any]], Results]] = {
    "throughput": _throughput,
    "lateness": _lateness,
    "startup": _startup,
}
