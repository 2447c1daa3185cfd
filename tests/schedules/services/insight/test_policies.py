"""What the policies mean for a schedule, in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schedules.models import ScheduledJob
from schedules.services.insight.policies import missed_of, overlaps_of, retry_waits
from tests.schedules.conftest import NOON

HOURLY = {"schedule_type": "cron", "cron_expression": "0 * * * *"}


def draft(**fields: Any) -> ScheduledJob:
    return ScheduledJob(timezone="UTC", **{**HOURLY, **fields})


@pytest.mark.parametrize(
    ("fields", "can_happen"),
    [
        ({"timeout_seconds": 3600}, False),
        ({"timeout_seconds": 3601}, True),
        # Three attempts of 20 minutes, and two waits of 30 seconds and one minute.
        ({"timeout_seconds": 1170, "max_retries": 2}, False),
        ({"timeout_seconds": 1171, "max_retries": 2}, True),
    ],
)
def test_runs_overlap_if_one_can_last_until_the_next(
    fields: dict[str, Any], *, can_happen: bool
) -> None:
    assert overlaps_of(draft(**fields), now=NOON).can_happen is can_happen


def test_waits_for_retries_double_up_to_an_hour() -> None:
    waits = retry_waits(draft(max_retries=9, retry_backoff_seconds=30))
    assert waits[:3] == [timedelta(seconds=each) for each in (30, 60, 120)]
    assert waits[-1] == timedelta(hours=1)
    assert retry_waits(draft()) == []


@pytest.mark.parametrize(
    ("window", "due", "made_up"),
    [(3599, 1, 1), (3600, 2, 2), (86_400, 25, 25), (864_000, 241, 100)],
)
def test_a_window_holds_so_many_runs(window: int, due: int, made_up: int) -> None:
    found = missed_of(draft(catchup_window_seconds=window), now=NOON)
    assert found
    assert (found.due, found.all) == (due, made_up)


def test_what_has_no_times_misses_none() -> None:
    manual = draft(schedule_type="manual", cron_expression="")
    assert missed_of(manual, now=NOON) is None
    assert overlaps_of(manual, now=NOON).shortest is None
