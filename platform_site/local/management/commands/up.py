"""`manage.py up`: the whole site on this machine, from one command."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from platform_site.local.instance import AlreadyRunningError, sole_instance
from platform_site.local.launch import Launch, LaunchError, StopRequested
from platform_site.local.site import LocalSite
from platform_site.local.stop_signals import StopSignals
from platform_site.local.valkey import EmbeddedValkey


def port(text: str) -> int:
    """A TCP port number."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("the port must be a number from 1 to 65535")
    return number


def worker_count(text: str) -> int:
    """The number of worker processes."""
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("the number of workers must be from 1 to 64")
    return number


class Command(BaseCommand):
    """Progress and problems are printed as single lines; details go to the logs."""

    help = "Run the whole site on this machine: Valkey, scheduler, workers, web."
    requires_system_checks: list[str] = []  # `setup` runs them

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port, default=8000, help="TCP port, default 8000"
        )
        parser.add_argument(
            "--workers",
            type=worker_count,
            default=1,
            help="number of workers, default 1",
        )
        parser.add_argument(
            "--demo",
            action=argparse.BooleanOptionalAction,
            default=False,
            help="create demo data",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)  # all files of the site are private to its user
        site = LocalSite(settings.DATA_DIR, options["port"])
        setup = ["setup", "--demo"] if options["demo"] else ["setup"]
        try:
            with sole_instance(site.folder, site.address), StopSignals() as signals:
                self._print(f"Starting Ostinato from {site.folder}")
                launch = Launch(site, signals, self._print)
                launch.run(self._valkey(), workers=options["workers"], setup=setup)
        except AlreadyRunningError as error:
            sys.exit(f"Ostinato is already running from {site.folder}: {error}")
        except LaunchError as error:
            sys.exit(str(error))
        except OSError as error:  # such as a full disk or a folder that is not writable
            where = error.filename or site.folder
            sys.exit(f"Ostinato cannot start: {where}: {error.strerror or error}.")
        except StopRequested:
            self._print("Stopped.")

    def _valkey(self) -> EmbeddedValkey | None:
        embedded = settings.REDIS_IS_EMBEDDED
        return EmbeddedValkey(settings.DATA_DIR / "valkey") if embedded else None

    def _print(self, line: str) -> None:
        # The terminal may be gone, which must not keep processes from being ended.
        with suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()
