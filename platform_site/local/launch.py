"""Starting and stopping the whole site: the steps of `manage.py up`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from platform_site.local.child_processes import end_group, free_port, is_free
from platform_site.local.first_user import USERNAME, first_password
from platform_site.local.instance import recorded
from platform_site.local.log_files import trim_logs
from platform_site.local.site import LocalSite
from platform_site.local.stop_signals import StopSignals
from platform_site.local.supervisor import Child, Service, Supervisor
from platform_site.local.valkey import EmbeddedValkey
from schedules.processes.latest_end import LATEST_END_SECONDS
from schedules.processes.worker import GRACE_SECONDS

WEB_START_SECONDS = 60.0
# How many seconds each may take to end after each SIGTERM: together less than the 20 s in which
# a stop must be over. A worker ends its running work itself and records it as lost; a second
# SIGTERM before that would lose the record.
GRACE = (2.0,)
WORKER_GRACE = (LATEST_END_SECONDS + 1.0, 0.5)
VALKEY_GRACE = (3.0,)


class LaunchError(Exception):
    """The site cannot start; the message is one line with the reason."""


class StopRequested(Exception):
    """A stop was requested before everything had started."""


@dataclass(slots=True)
class Launch:
    """One run of the site. `report` receives lines for the person at the terminal."""

    site: LocalSite
    signals: StopSignals
    report: Callable[[str], None]
    supervisor: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.signals, self.report)

    def run(
        self, valkey: EmbeddedValkey | None, *, workers: int, setup: list[str]
    ) -> None:
        """Start everything, keep it running until a signal requests a stop, end everything.

        Without `valkey`, the site uses the server that its settings name. Raises `LaunchError`
        or `StopRequested`.
        """
        require_free(self.site.port)
        runtime = {"address": self.site.address}
        with ExitStack() as stack:
            stack.enter_context(
                recorded(
                    self.site.folder,
                    runtime | ({"redis_url": valkey.url} if valkey else {}),
                )
            )
            stack.callback(self.supervisor.stop)
            if valkey:
                self._start_valkey(valkey)
            self._set_up(setup)
            self._start_services(workers)
            self._greet()
            self.supervisor.watch(lambda: trim_logs(self.site.folder))
            self.report(
                f"Stopping. Running work has {GRACE_SECONDS:.0f} seconds to finish."
            )
        self.report("Stopped.")

    def _start_valkey(self, valkey: EmbeddedValkey) -> None:
        [child] = self.supervisor.start(
            Service("valkey", lambda: valkey.start_or_repair(self.report)),
            grace=VALKEY_GRACE,
        )
        if not valkey.wait_until_ready(child.process):
            last_words = valkey.last_words()
            raise LaunchError(
                f"Valkey did not start: {last_words} (full log: {valkey.log})"
            )
        self.report(f"  Valkey         on port {valkey.port}")

    def _set_up(self, command: list[str]) -> None:
        process = self.site.run_once(*command)
        while process.poll() is None:
            if self.signals.requested:
                end_group(process)
                raise StopRequested
            self.signals.wait(1)
        log = self.site.folder / "logs" / f"{command[0]}.log"
        if process.returncode:
            raise LaunchError(f"{last_line(log)} (full log: {log})")
        self.report("  database       up to date")

    def _start_services(self, workers: int) -> None:
        numbers = range(1, workers + 1)
        self.supervisor.start(*map(self.site.worker, numbers), grace=WORKER_GRACE)
        self.supervisor.start(self.site.scheduler, grace=GRACE)
        self.report(
            f"  processes      1 scheduler, {workers} worker{'s'[: workers > 1]}"
        )
        [web] = self.supervisor.start(self.site.web, grace=GRACE)
        self._wait_for_web(web)

    def _wait_for_web(self, web: Child) -> None:
        deadline = time.monotonic() + WEB_START_SECONDS
        while not self.site.answers():
            if self.signals.requested:
                raise StopRequested
            if web.process.poll() is not None or time.monotonic() > deadline:
                log = self.site.folder / "logs" / "web.log"
                raise LaunchError(f"The web server did not start (full log: {log})")
            self.signals.wait(0.1)

    def _greet(self) -> None:
        password = first_password(self.site.folder)
        self.report(f"\nOstinato is running at {self.site.address}/")
        self.report(f"  user           {USERNAME}")
        self.report(f"  password       {password or 'the one you chose'}")
        self.report(f"  logs           {self.site.folder / 'logs'}")
        self.report("Ctrl-C stops everything.\n")


def require_free(port: int) -> None:
    """Raise `LaunchError` with a free port if this one is in use."""
    if not is_free(port):
        higher = range(port + 1, min(port + 100, 65536))
        other = next(filter(is_free, higher), None) or free_port()
        raise LaunchError(
            f"Port {port} is already in use. Try --port {other}, which is free."
        )


def last_line(log: Path) -> str:
    """The last line of a log that is not blank."""
    lines = log.read_text(errors="replace").split("\n")
    line = next(
        (line.strip() for line in reversed(lines) if line.strip()),
        "It failed without any output",
    )
    return line.removeprefix("CommandError: ")
