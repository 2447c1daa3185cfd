"""A scheduler and a worker, as a person starts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.processes import Manage, manage
from tests.schedules.conftest import alice, make_schedule, workflow

__all__ = ["alice", "make_schedule", "workflow"]


@pytest.fixture
def scheduler(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    with manage(child_env, tmp_path, "rqscheduler") as process:
        yield process


@pytest.fixture
def worker(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    with manage(child_env, tmp_path, "rqworker", "workflows") as process:
        yield process
