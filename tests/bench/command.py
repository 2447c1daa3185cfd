"""What the benchmark commands share: a scratch site, and results as lines of JSON."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from tests.bench.scratch import Scratch, ScratchError, scratch_site

MOST_SECONDS = 1_800


class BenchmarkCommand(BaseCommand, ABC):
    """Everything is measured on a scratch database and a Valkey of its own."""

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database-url",
            default="",
            help="PostgreSQL server on which a scratch database is created and dropped, "
            "default SQLite",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        url = options["database_url"]
        if url and not url.startswith(("postgres://", "postgresql://")):
            raise CommandError("--database-url must be a postgresql:// URL.")
        try:
            with scratch_site(settings.DATA_DIR, url) as scratch:
                report = self.measure(scratch, options)
        except ScratchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"On {'PostgreSQL' if url else 'SQLite'}, medians:")
        self.stdout.write(report)

    @abstractmethod
    def measure(self, scratch: Scratch, options: dict[str, Any]) -> str:
        """The report, in lines."""


def add_sizes(parser: ArgumentParser, *, schedules: int) -> None:
    """The options of a benchmark on a long history."""
    parser.add_argument("--schedules", type=int, default=schedules)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument(
        "--repeat", type=int, default=5, help="requests per median, default 5"
    )


def sizes(options: dict[str, Any]) -> dict[str, int]:
    """What was given for `add_sizes`, for `results`."""
    return {name: options[name] for name in ("schedules", "runs", "repeat")}


def results(scratch: Scratch, what: str, **options: int) -> list[Any]:
    """What `python -m tests.bench` measured on the scratch site: its lines of JSON lists,
    without the log lines beside them."""
    given = [f"--{name}={value}" for name, value in options.items()]
    printed = scratch.run("-m", "tests.bench", what, *given, seconds=MOST_SECONDS)
    return [json.loads(line) for line in printed.splitlines() if line[:1] == "["]
