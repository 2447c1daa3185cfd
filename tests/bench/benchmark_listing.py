"""`manage.py benchmark_listing`: how long a page of the list of schedules takes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, results
from tests.bench.scratch import Scratch

SECONDS = 0.150


class Command(BenchmarkCommand):
    help = "Measure on a scratch database how long pages of the list of schedules take."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--schedules", type=int, default=100_000)
        parser.add_argument(
            "--repeat", type=int, default=5, help="requests per median, default 5"
        )

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        numbers = {name: options[name] for name in ("schedules", "repeat")}
        pages = results(scratch, "listing", **numbers)
        return "\n".join(_shown(name, found) for name, found in pages)


def _shown(name: str, found: dict[str, Any]) -> str:
    verdict = "ok" if found["seconds"] < SECONDS else "MISSED"
    return (
        f"{name:40} {found['seconds'] * 1000:7.1f} ms  best {found['best'] * 1000:6.1f}"
        f"  {found['queries']} queries  {found['rows']:3} rows  {verdict}"
    )
