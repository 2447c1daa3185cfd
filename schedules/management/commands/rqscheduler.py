"""`manage.py rqscheduler`: register the active schedules, then fire their ticks."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django_rq.management.commands import rqscheduler
from typing_extensions import override

from schedules import checks
from schedules.processes.loop import Loop, register
from schedules.scheduler import get_scheduler_service
from schedules.services.upkeep.commits import relax_durability
from workflows.execution.queue import queue_name

INTERVAL_SECONDS = 5


class Command(rqscheduler.Command):
    """Run a scheduler. Several may run at once, on one or more machines.

    For another queue (`--queue`) it is django-rq's own command.
    """

    help = "Run a scheduler, which fires the due ticks of all schedules. Several may run at once."
    requires_system_checks = (checks.TAG,)
    _stock: dict[str, Any]

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        self._stock = {"interval": parser.get_default("interval")}
        parser.set_defaults(queue=None, interval=None)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["interval"] is not None and options["interval"] < 1:
            raise CommandError("--interval must be at least 1 second.")
        given = {name: value for name, value in options.items() if value is not None}
        if options["queue"] not in {None, queue_name()}:
            self._run_stock(*args, **(options | self._stock | given))
            return
        if options["pid"]:
            Path(options["pid"]).expanduser().write_text(str(os.getpid()))
        relax_durability()
        service = get_scheduler_service()
        register(service)
        Loop(service, interval=options["interval"] or INTERVAL_SECONDS).run()

    def _run_stock(self, *args: Any, **options: Any) -> None:
        if options["queue"] not in settings.RQ_QUEUES:
            raise CommandError(
                f"RQ_QUEUES has no queue {options['queue']!r}. Without --queue this command "
                f"fires the schedules, whose queue is {queue_name()!r}."
            )
        super().handle(*args, **options)  # type: ignore[no-untyped-call]
