"""`manage.py benchmark_running`: how fast runs run, compared with stock RQ."""

from __future__ import annotations

from argparse import ArgumentParser
from statistics import median, quantiles
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, results
from tests.bench.scratch import Scratch

# How many times the rate of stock RQ's pool of two, by database and number of processes.
RATIOS = {("SQLite", 2): 4.0, ("SQLite", 1): 2.5}
RATIOS |= {("PostgreSQL", 2): 4.0, ("PostgreSQL", 1): 2.0}
LATE_P50, LATE_P99 = 0.010, 0.040
ALL_THROUGH = 3.0
A_SECOND = 600


class Command(BenchmarkCommand):
    help = "Measure on a scratch site how many runs a second the workers do."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        measures = ["rate", "idle", "burst", "minute"]
        parser.add_argument("--only", nargs="+", choices=measures, default=measures)
        parser.add_argument(
            "--runs", type=int, default=1_000, help="runs of each rate, default 1000"
        )
        parser.add_argument(
            "--repeat", type=int, default=3, help="measurements of each, default 3"
        )
        parser.add_argument(
            "--quick", action="store_true", help="small numbers, to check that it works"
        )

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        if options["quick"]:
            options |= {"runs": 30, "repeat": 1}
        lines: list[str] = []
        if "rate" in options["only"]:
            lines += self._rates(scratch, options)
        if "idle" in options["only"]:
            lines += self._idle(scratch, options)
        if "burst" in options["only"]:
            lines += self._burst(scratch, options)
        if "minute" in options["only"]:
            lines += self._minute(scratch, options)
        return "\n".join(lines)

    def _rates(self, scratch: Scratch, options: dict[str, Any]) -> list[str]:
        sizes = {"runs": options["runs"], "repeat": options["repeat"]}
        rates: dict[str, list[float]] = {}
        for name, rate in results(scratch, "running", **sizes):
            rates.setdefault(name, []).append(rate)
        stock = rates.pop("stock")
        lines = [f"stock RQ, pool of two, no-op     {median(stock):8,.1f} a second"]
        for processes, ours in rates.items():
            ratio = median(
                mine / other for mine, other in zip(ours, stock, strict=True)
            )
            wanted = RATIOS[_database(options), int(processes)]
            lines.append(
                f"{processes} at work, trigger and "
                f"template {median(ours):10,.1f} a second, "
                f"{ratio:5.2f} x stock (to reach: {wanted})"
            )
        return lines

    def _idle(self, scratch: Scratch, options: dict[str, Any]) -> list[str]:
        sizes = {"schedules": 20 if options["quick"] else 300}
        sizes["seconds"] = 2 if options["quick"] else 60
        late = [
            seconds
            for _, times in results(scratch, "starts", **sizes)
            for seconds in times["started"]
        ]
        p50, p99 = median(late), quantiles(late, n=100, method="inclusive")[98]
        return [
            f"due to started, idle: p50 {_ms(p50)} (to reach: {_ms(LATE_P50)}), "
            f"p99 {_ms(p99)} (to reach: {_ms(LATE_P99)})"
        ]

    def _burst(self, scratch: Scratch, options: dict[str, Any]) -> list[str]:
        count = 30 if options["quick"] else 1_000
        through = [
            max(times["ended"])
            for _ in range(options["repeat"])
            for _, times in results(scratch, "starts", schedules=count, seconds=1)
        ]
        return [
            f"{count:,} due at one second, all through after {median(through):.1f} s "
            f"(to reach: {ALL_THROUGH} s)"
        ]

    def _minute(self, scratch: Scratch, options: dict[str, Any]) -> list[str]:
        seconds = 2 if options["quick"] else 60
        rate = 10 if options["quick"] else A_SECOND
        sizes = {"schedules": rate * seconds, "seconds": seconds}
        ((_, times),) = results(scratch, "starts", **sizes)
        late = times["started"]
        p50, p99 = median(late), quantiles(late, n=100, method="inclusive")[98]
        lines = [
            f"{rate} due each second of {seconds}: started p50 {_ms(p50)}, p99 "
            f"{_ms(p99)}, all through {_ms(max(times['ended']))} after they were due"
        ]
        lines += [
            f"    {name:28} {taken:7.2f} s of the processor"
            for name, taken in times["processor"].items()
        ]
        return lines


def _database(options: dict[str, Any]) -> str:
    return "PostgreSQL" if options["database_url"] else "SQLite"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
