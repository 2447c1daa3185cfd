"""`manage.py prune_runs`: takes away old history at once, as the scheduler does bit by bit."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from typing_extensions import override

from schedules.services.clocks.jumps import Jumps
from schedules.services.upkeep.pruning import prune


class Command(BaseCommand):
    help = "Deletes ledger rows and executions that are older than RUNS_KEPT_DAYS."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="although the clock has just jumped"
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if Jumps().lately() and not options["force"]:
            raise CommandError(
                "The clock jumped within the last hour, or the site was down for longer: "
                "nothing is deleted yet. Is the clock right? Then wait, or use --force."
            )
        now = timezone.now()  # noqa: TID251 an entry point
        runs = executions = 0
        for pruned in prune(now):
            runs += pruned.runs
            executions += pruned.executions
        self.stdout.write(
            f"{runs} runs and {executions} executions older than "
            f"{settings.RUNS_KEPT_DAYS} days deleted."
        )
