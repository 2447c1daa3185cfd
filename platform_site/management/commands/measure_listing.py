"""`manage.py measure_listing`: the measurement of `benchmark_listing`, where it stands.

It fills the database that it works on: `benchmark_listing` makes one for it, and it
refuses any in which there is something.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from platform_site.benchmark.listing import listing


class Command(BaseCommand):
    """Each result is a line of JSON on stdout: `[name, value]`."""

    help = "Used by benchmark_listing, on a scratch database."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--schedules", type=int, required=True)
        parser.add_argument("--repeat", type=int, required=True)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("It works on an empty database only.")
        for result in listing(options["schedules"], options["repeat"]):
            self.stdout.write(json.dumps(result))
            self.stdout.flush()
