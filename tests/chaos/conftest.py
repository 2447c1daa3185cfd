"""The drills run beside each other, each in a process; the summary comes at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.chaos.__main__ import DRILLS, finished, running
from tests.chaos.report import Report, summary
from tests.schedules.conftest import alice, make_schedule, workflow

__all__ = ["alice", "make_schedule", "workflow"]

REPORTS: list[Report] = []


@pytest.fixture(scope="session")
def report_of() -> Iterator[Callable[[str], Report]]:
    """Waits for a drill; all of them have been running since the first was asked for."""
    url = os.environ.get("DATABASE_URL", "")
    server_url = url if url.startswith("postgres") else ""
    seed = secrets.randbits(32)
    with ExitStack() as stack:
        processes = {
            drill: stack.enter_context(running(drill, server_url=server_url, seed=seed))
            for drill in DRILLS
        }

        def wait(drill: str) -> Report:
            report = finished(processes[drill])
            REPORTS.append(report)
            return report

        yield wait


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if REPORTS:
        terminalreporter.section("chaos")
        for line in summary(REPORTS):
            terminalreporter.write_line(line)
