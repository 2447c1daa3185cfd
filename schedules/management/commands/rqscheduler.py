"""`manage.py rqscheduler`: register the active schedules, then fire their ticks."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django_rq.management.commands import rqscheduler
from typing_extensions import override

from schedules import checks
from schedules.processes.loop import Loop, register
from schedules.scheduler import get_scheduler_service
from schedules.services.upkeep.commits import relax_durability
from workflows.execution.queue import QUEUE_NAME


class Command(rqscheduler.Command):
    """Run a scheduler. Several may run at once, on one or more machines."""

    help = "Run a scheduler, which fires the due ticks of all schedules. Several may run at once."
    requires_system_checks = (checks.TAG,)

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        parser.set_defaults(queue=QUEUE_NAME, interval=5)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["queue"] != QUEUE_NAME:
            raise CommandError(
                f"--queue must be {QUEUE_NAME!r}: all runs use this queue."
            )
        if options["interval"] < 1:
            raise CommandError("--interval must be at least 1 second.")
        if options["pid"]:
            Path(options["pid"]).expanduser().write_text(str(os.getpid()))
        relax_durability()
        service = get_scheduler_service()
        register(service)
        Loop(service, interval=options["interval"]).run()
