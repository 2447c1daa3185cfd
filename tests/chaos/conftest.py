"""Each drill runs in a process of its own; `tests/conftest.py` prints the summary."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest

from tests.chaos.__main__ import finished, running
from tests.chaos.report import PROPERTY, Report
from tests.schedules.conftest import alice, make_schedule, workflow

__all__ = ["alice", "make_schedule", "workflow"]


@pytest.fixture
def report_of(
    record_property: Callable[[str, object], None],
) -> Callable[[str], Report]:
    """Runs a drill to its end. Two run at a time, as tests do."""
    url = os.environ.get("DATABASE_URL", "")
    server_url = url if url.startswith("postgres") else ""
    seed = secrets.randbits(32)

    def run(drill: str) -> Report:
        with running(drill, server_url=server_url, seed=seed) as process:
            report = finished(process)
        record_property(PROPERTY, report.as_json())
        return report

    return run
