"""`manage.py benchmark_firing`: how fast schedules fire, beside stock rq-scheduler."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from platform_site.benchmark.scratch import Scratch, ScratchError, scratch_site
from platform_site.benchmark.table import table

# How large a measurement is: schedules fired at once, their repeats, schedules spread
# over so many seconds, and schedules that a start finds.
FULL = {
    "throughput": (10_000, 3, 0),
    "lateness": (1_000, 1, 60),
    "startup": (100_000, 1, 0),
}
# Quick: more than a batch, so that it goes the same way.
QUICK = {"throughput": (600, 1, 0), "lateness": (20, 1, 2), "startup": (500, 1, 0)}
MOST_SECONDS = 1_800


class Command(BaseCommand):
    """Everything is measured on a scratch database and a Valkey of its own."""

    help = "Measures firing on a scratch site: throughput, lateness, start."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database-url",
            default="",
            help="a PostgreSQL server on which a scratch database is made and dropped;"
            " without it, SQLite",
        )
        parser.add_argument("--only", nargs="+", choices=list(FULL), default=list(FULL))
        parser.add_argument(
            "--schedules", type=int, help="how many are due at once (default 10000)"
        )
        parser.add_argument("--repeat", type=int, help="turns of each rate (default 3)")
        parser.add_argument(
            "--quick", action="store_true", help="small numbers, to see that it works"
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        url = options["database_url"]
        if url and not url.startswith(("postgres://", "postgresql://")):
            raise CommandError("--database-url takes a postgresql:// address.")
        try:
            with scratch_site(settings.DATA_DIR, url) as scratch:
                measured = self._measure(scratch, options)
        except ScratchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"On {'PostgreSQL' if url else 'SQLite'}, medians:")
        self.stdout.write(table(measured))

    def _measure(
        self, scratch: Scratch, options: dict[str, Any]
    ) -> dict[str, list[Any]]:
        measured: dict[str, list[Any]] = {}
        for what in options["only"]:
            schedules, repeat, seconds = (QUICK if options["quick"] else FULL)[what]
            if what == "throughput":
                schedules = options["schedules"] or schedules
                repeat = options["repeat"] or repeat
            self.stderr.write(f"{what}: {schedules:,} schedules ...")
            for name, value in _results(scratch, what, schedules, repeat, seconds):
                measured.setdefault(name, []).append(value)
        return measured


def _results(
    scratch: Scratch, what: str, schedules: int, repeat: int, seconds: int
) -> list[Any]:
    arguments = (
        what,
        f"--schedules={schedules}",
        f"--repeat={repeat}",
        f"--seconds={seconds}",
    )
    if what != "lateness":
        return _lines(scratch, *arguments)
    with scratch.running("rqscheduler"):
        return _lines(scratch, *arguments)


def _lines(scratch: Scratch, *arguments: str) -> list[Any]:
    """Its results are the lines of JSON; its log lines are in the same file."""
    printed = scratch.run("measure_firing", *arguments, seconds=MOST_SECONDS)
    return [json.loads(line) for line in printed.splitlines() if line[:1] == "["]
