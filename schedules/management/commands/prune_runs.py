"""`manage.py prune_runs`: delete old history now, which the scheduler does in small steps."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from typing_extensions import override

from schedules.services.clocks.jumps import Jumps
from schedules.services.upkeep.pruning import Pruned, prune
from schedules.timing.english import counted
from workflows.kit.conf import conf
from workflows.kit.sqlite_write_lock import brief_write


class Command(BaseCommand):
    help = "Delete runs and executions that are older than RUNS_KEPT_DAYS days."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="delete even if the clock has jumped within the last hour",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if Jumps().lately() and not options["force"]:
            raise CommandError(
                "Nothing was deleted: the clock has jumped within the last hour, or the site "
                "was down for more than an hour. Check the clock. If it is right, wait an hour "
                "or use --force."
            )
        now = timezone.now()  # noqa: TID251 an entry point
        runs = executions = 0
        for pruned in _briefly(prune(now)):
            runs += pruned.runs
            executions += pruned.executions
        self.stdout.write(
            f"Deleted {counted(runs, 'run')} and {counted(executions, 'execution')} "
            f"older than {counted(conf.RUNS_KEPT_DAYS, 'day')}."
        )


def _briefly(steps: Iterator[Pruned]) -> Iterator[Pruned]:
    """The steps, after each of which others may write."""
    while True:
        with brief_write():
            pruned = next(steps, None)
        if pruned is None:
            return
        yield pruned
