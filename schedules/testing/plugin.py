"""The pytest plugin: the fixtures `frozen_schedules` and `assert_next_ticks`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from schedules import testing


@pytest.fixture
def frozen_schedules(
    request: pytest.FixtureRequest, db: None
) -> Iterator[testing.FrozenSchedules]:
    """A clock that stands still until the test travels, and the schedules that are due by it.

    What `run_due` has done is shown with the report of a test that fails.
    """
    tell = partial(request.node.add_report_section, "call", "schedules")
    with testing.FrozenSchedules(tell=tell) as frozen:
        yield frozen


@pytest.fixture
def assert_next_ticks() -> Callable[..., Any]:
    """The function `schedules.testing.assert_next_ticks`."""
    return testing.assert_next_ticks
