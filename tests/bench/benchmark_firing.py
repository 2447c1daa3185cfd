"""`manage.py benchmark_firing`: how fast schedules fire, compared with stock rq-scheduler."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, results
from tests.bench.scratch import Scratch
from tests.bench.table import table, targets_on

# How large a measurement is: schedules fired at once, their repeats, schedules spread
# over so many seconds, and schedules that a start finds.
FULL = {
    "throughput": (10_000, 3, 0),
    "lateness": (1_000, 5, 60),
    "startup": (100_000, 1, 0),
}
# Quick: more than a batch, so that it goes the same way.
QUICK = {"throughput": (600, 1, 0), "lateness": (20, 2, 2), "startup": (500, 1, 0)}


class Command(BenchmarkCommand):
    help = "Measure on a scratch site how fast and how punctually schedules fire."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--only", nargs="+", choices=list(FULL), default=list(FULL))
        parser.add_argument(
            "--schedules",
            type=int,
            help="number of schedules that are due at once, default 10000",
        )
        parser.add_argument(
            "--repeat", type=int, help="measurements of each rate, default 3"
        )
        parser.add_argument(
            "--quick", action="store_true", help="small numbers, to check that it works"
        )

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        measured: dict[str, list[Any]] = {}
        for what in options["only"]:
            schedules, repeat, seconds = (QUICK if options["quick"] else FULL)[what]
            if what == "throughput":
                schedules = options["schedules"] or schedules
                repeat = options["repeat"] or repeat
            self.stderr.write(f"{what}: {schedules:,} schedules ...")
            for name, value in _results(scratch, what, schedules, repeat, seconds):
                measured.setdefault(name, []).append(value)
        return table(measured, targets_on(scratch.database_url))


def _results(
    scratch: Scratch, what: str, schedules: int, repeat: int, seconds: int
) -> list[Any]:
    numbers = {"schedules": schedules, "repeat": repeat, "seconds": seconds}
    if what != "lateness":
        return results(scratch, what, **numbers)
    with scratch.running("manage.py", "rqscheduler"):
        return results(scratch, what, **numbers)
