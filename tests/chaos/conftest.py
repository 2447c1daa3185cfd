"""Each drill runs in a process of its own; the summary comes at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest

from tests.chaos.__main__ import finished, running
from tests.chaos.report import Report, summary
from tests.schedules.conftest import alice, make_schedule, workflow

__all__ = ["alice", "make_schedule", "workflow"]

REPORTS: list[Report] = []


@pytest.fixture
def report_of() -> Callable[[str], Report]:
    """Runs a drill to its end. Two run at a time, as tests do."""
    url = os.environ.get("DATABASE_URL", "")
    server_url = url if url.startswith("postgres") else ""
    seed = secrets.randbits(32)

    def run(drill: str) -> Report:
        with running(drill, server_url=server_url, seed=seed) as process:
            report = finished(process)
        REPORTS.append(report)
        return report

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if REPORTS:
        terminalreporter.section("chaos")
        for line in summary(REPORTS):
            terminalreporter.write_line(line)
