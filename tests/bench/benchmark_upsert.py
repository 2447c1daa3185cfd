"""`manage.py benchmark_upsert`: how long application code waits for a list of schedules."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, results
from tests.bench.scratch import Scratch

BESIDE = "bulk_create of the same rows"
# Seconds for 10,000.
MOST = {"created": 4.0, "unchanged": 1.0}
FULL = 10_000


class Command(BenchmarkCommand):
    help = "Measure on a scratch database how long `upsert` takes for a list."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--schedules", type=int, default=FULL)
        parser.add_argument("--repeat", type=int, default=3, help="default 3")

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        count = options["schedules"]
        found: dict[str, list[dict[str, float]]] = {}
        measured = results(
            scratch, "upserts", schedules=count, repeat=options["repeat"]
        )
        for what, took in measured:
            found.setdefault(what, []).append(took)
        best = {
            what: {
                each: min(took[each] for took in all_) for each in ("seconds", "cpu")
            }
            for what, all_ in found.items()
        }
        return "\n".join(_shown(what, best, count) for what in best)


def _shown(what: str, best: dict[str, dict[str, float]], count: int) -> str:
    took = best[what]
    ratio = took["seconds"] / best[BESIDE]["seconds"]
    line = (
        f"{what:30} best {took['seconds']:6.2f} s  processor {took['cpu']:6.2f} s"
        f"  {ratio:5.2f} times bulk_create"
    )
    most = MOST.get(what) if count == FULL else None
    if most is None:
        return line
    return f"{line}  < {most} s  {'ok' if took['seconds'] < most else 'MISSED'}"
