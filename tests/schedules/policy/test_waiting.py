"""Who may leave the line, and what cannot come out otherwise a moment later."""

from __future__ import annotations

import pytest

from schedules.policy.overlap import is_settled, released
from schedules.policy.types import OpenRuns
from tests.schedules.policies import rules

ONE_AT_A_TIME = ["skip", "queue", "replace"]


@pytest.mark.parametrize("overlap", ONE_AT_A_TIME)
@pytest.mark.parametrize(
    ("open_runs", "expected"),
    [
        (OpenRuns(), (0, 0)),
        (OpenRuns(waiting_late=3), (1, 0)),
        (OpenRuns(waiting_live=1, waiting_late=3, waiting_backfills=3), (1, 0)),
        (OpenRuns(running=1, waiting_late=3), (0, 0)),
        (OpenRuns(pending=1, waiting_late=3, waiting_backfills=2), (0, 0)),
        (OpenRuns(retrying=1, waiting_late=3), (0, 0)),
        # A tick waits for ticks only, a backfill for both.
        (OpenRuns(open_backfills=1, waiting_late=3), (1, 0)),
        (OpenRuns(waiting_backfills=3), (0, 1)),
        (OpenRuns(running=1, waiting_backfills=3), (0, 0)),
        (OpenRuns(open_backfills=1, waiting_backfills=3), (0, 0)),
    ],
)
def test_one_leaves_when_nothing_is_open(
    overlap: str, open_runs: OpenRuns, expected: tuple[int, int]
) -> None:
    for limit in (0, 1, 100):
        assert released(overlap, limit, open_runs) == expected


@pytest.mark.parametrize(
    ("limit", "open_runs", "expected"),
    [
        (0, OpenRuns(running=7, waiting_late=3, waiting_backfills=1_000), (3, 1_000)),
        (5, OpenRuns(running=2, waiting_late=9), (3, 0)),
        (5, OpenRuns(pending=2, running=2, retrying=1, waiting_late=9), (0, 0)),
        (5, OpenRuns(running=9, waiting_late=9), (0, 0)),
        # Ticks and backfills have places of their own.
        (5, OpenRuns(running=5, open_backfills=2, waiting_backfills=9), (0, 3)),
        (5, OpenRuns(open_backfills=5, waiting_live=1, waiting_backfills=9), (1, 0)),
    ],
)
def test_under_allow_as_many_leave_as_there_are_places(
    limit: int, open_runs: OpenRuns, expected: tuple[int, int]
) -> None:
    assert released("allow", limit, open_runs) == expected


@pytest.mark.parametrize(
    ("overlap", "open_runs", "settled"),
    [
        *((overlap, OpenRuns(), True) for overlap in ONE_AT_A_TIME),
        *((overlap, OpenRuns(pending=1), False) for overlap in ONE_AT_A_TIME),
        *((overlap, OpenRuns(waiting_late=1), False) for overlap in ONE_AT_A_TIME),
        ("allow", OpenRuns(running=99), True),
        ("allow", OpenRuns(running=100), False),
    ],
)
def test_what_may_be_decided_ahead_of_time(
    overlap: str, open_runs: OpenRuns, *, settled: bool
) -> None:
    assert is_settled(rules(overlap=overlap), open_runs) is settled
