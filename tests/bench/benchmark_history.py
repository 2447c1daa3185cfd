"""`manage.py benchmark_history`: what a long history costs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from typing_extensions import override

from tests.bench.command import BenchmarkCommand, add_sizes, results, sizes
from tests.bench.scratch import Scratch

PAGE_SECONDS = 0.300
# The rate of two workers that never rest.
RUNS_A_SECOND = 600


class Command(BenchmarkCommand):
    help = (
        "Measure on a scratch database of a million runs, with executions and nodes, its pages, "
        "the audit and pruning."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        add_sizes(parser, schedules=1_000)

    @override
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        found = dict(results(scratch, "history", **sizes(options)))
        lines = [
            (_page if name.startswith("page: ") else _work)(name, took)
            for name, took in found.items()
        ]
        pruning = found["pruning"]
        ratio = pruning["rate"] / found["plain deletion"]["rate"]
        verdict = "ok" if pruning["rate"] >= RUNS_A_SECOND else "MISSED"
        lines.append(
            f"pruning: {pruning['rate']:,.0f} runs a second, {ratio:.2f} of plain deletion, "
            f">= {RUNS_A_SECOND} {verdict}"
        )
        return "\n".join(lines)


def _page(name: str, found: dict[str, Any]) -> str:
    verdict = "ok" if found["seconds"] < PAGE_SECONDS else "MISSED"
    return (
        f"{name:30} {found['seconds'] * 1000:7.1f} ms  processor "
        f"{found['processor'] * 1000:6.1f} ms  {found['queries']} queries  {verdict}"
    )


def _work(name: str, found: dict[str, Any]) -> str:
    return (
        f"{name:30} {found['seconds']:7.1f} s   processor {found['processor']:6.1f} s   "
        f"{found['runs']:,} runs, {found['rows']:,} rows; longest step "
        f"{found['longest'] * 1000:.0f} ms"
    )
