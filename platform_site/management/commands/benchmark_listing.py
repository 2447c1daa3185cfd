"""`manage.py benchmark_listing`: how long a page of the list of schedules takes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from platform_site.benchmark.scratch import ScratchError, scratch_site

SECONDS = 0.150
MOST_SECONDS = 1_800


class Command(BaseCommand):
    """Everything is measured on a scratch database."""

    help = "Measures pages of the API's list of schedules on a scratch database."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database-url",
            default="",
            help="a PostgreSQL server on which a scratch database is made and dropped;"
            " without it, SQLite",
        )
        parser.add_argument("--schedules", type=int, default=100_000)
        parser.add_argument("--repeat", type=int, default=5, help="pages a median")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        url = options["database_url"]
        if url and not url.startswith(("postgres://", "postgresql://")):
            raise CommandError("--database-url takes a postgresql:// address.")
        arguments = [f"--{name}={options[name]}" for name in ("schedules", "repeat")]
        try:
            with scratch_site(settings.DATA_DIR, url) as scratch:
                printed = scratch.run(
                    "measure_listing", *arguments, seconds=MOST_SECONDS
                )
        except ScratchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"On {'PostgreSQL' if url else 'SQLite'}, medians:")
        for line in printed.splitlines():
            if line.startswith("["):
                self.stdout.write(_shown(*json.loads(line)))


def _shown(name: str, found: dict[str, Any]) -> str:
    verdict = "ok" if found["seconds"] < SECONDS else "MISSED"
    return (
        f"{name:40} {found['seconds'] * 1000:7.1f} ms  best {found['best'] * 1000:6.1f}"
        f"  {found['queries']} queries  {found['rows']:3} rows  {verdict}"
    )
