"""`manage.py benchmark_admin`: how long pages of the admin take."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, add_sizes, results, sizes
from tests.bench.scratch import Scratch

SECONDS = 0.300


class Command(BenchmarkCommand):
    help = "Measure on a scratch database how long pages of the admin take to open."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        add_sizes(parser, schedules=10_000)

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        pages = results(scratch, "admin", **sizes(options))
        return "\n".join(_shown(name, found) for name, found in pages)


def _shown(name: str, found: dict[str, Any]) -> str:
    verdict = "ok" if found["seconds"] < SECONDS else "MISSED"
    return (
        f"{name:26} {found['seconds'] * 1000:7.1f} ms  processor {found['processor'] * 1000:6.1f} ms"
        f"  {found['queries']} queries  {found['kilobytes']:3} kB  {found['rows']:3} rows"
        f"  {verdict}"
    )
