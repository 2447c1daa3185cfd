from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.display.run_chart import AXIS, COUNT, TOP, chart, scale, svg
from schedules.models import ScheduledRun
from tests.schedules.conftest import NOON

SECOND = timedelta(seconds=1)


def run(number: int = 0, status: str = "succeeded", **fields: object) -> ScheduledRun:
    at = NOON + number * timedelta(days=1)
    took = fields.pop("took", 48)
    late = fields.pop("late", 0.5)
    assert isinstance(took, int | float)
    assert isinstance(late, int | float)
    row = ScheduledRun(scheduled_for=at, due_at=at, status=status, **fields)
    if status not in ("skipped", "missed", "pending"):
        row.started_at = at + late * SECOND
        row.finished_at = row.started_at + took * SECOND
    return row


def drawn(*runs: ScheduledRun, limit: float = 120):
    newest_first = sorted(runs, key=lambda row: row.scheduled_for, reverse=True)
    now = NOON + timedelta(days=len(runs))
    return chart(newest_first, limit=limit, zone="UTC", now=now)


def test_the_height_of_a_bar_is_its_duration_against_the_time_limit() -> None:
    found = drawn(run(took=60))
    assert (found.top, found.limit) == (120, True)
    up, down = found.bars
    assert up.css == "c-ok"
    assert up.height == (AXIS - TOP) / 2
    assert up.y + up.height == AXIS
    assert down.css == "b-busy"
    assert down.y > AXIS


def test_a_time_limit_far_above_is_left_out() -> None:
    found = drawn(run(took=48), limit=600)
    assert (found.top, found.limit) == (60, False)
    assert "time limit" not in svg(found)


@pytest.mark.parametrize(
    ("longest", "top"),
    [(0, 1), (0.4, 1), (48, 60), (61, 120), (1800, 1800), (1801, 3600), (7200, 10800)],
)
def test_the_scale_ends_at_a_round_duration(longest: float, top: float) -> None:
    assert scale(longest) == top


def test_what_failed_is_broken_by_a_gap_and_what_never_ran_is_a_stub() -> None:
    found = drawn(run(0, "failed", took=120), run(1, "skipped"), run(2, "missed"))
    assert [bar.css for bar in found.bars] == [
        "b-bad",
        "b-bad",
        "b-busy",
        "b-idle",
        "b-missed",
    ]


def test_the_latest_start_is_named_at_its_place() -> None:
    found = drawn(run(0), run(1, late=38), run(2))
    assert [bar.css for bar in found.bars].count("b-warn") == 1
    assert "38.0 s late" in [label.text for label in found.labels]
    assert "The latest start was 38.0 s late." in found.finding


def test_how_late_a_run_began_is_not_known_once_it_was_retried() -> None:
    found = drawn(run(attempt=2, late=900))
    assert [bar.css for bar in found.bars] == ["c-ok"]


def test_the_finding_says_what_the_chart_shows() -> None:
    found = drawn(run(0), run(1, took=93), run(2, "failed"))
    assert found.finding.startswith(
        "Last 3 runs: 2 succeeded, 1 failed. They took 1 min"
    )
    assert "and 1 min 33 s at most" in found.finding
    assert found.finding in svg(found)


def test_a_schedule_without_runs_has_an_empty_chart() -> None:
    found = drawn()
    assert found.bars == []
    assert found.finding == "No runs yet."


def test_a_full_chart_stays_small_and_has_no_inline_style() -> None:
    text = svg(drawn(*(run(number) for number in range(COUNT + 20))))
    assert text.count("c-ok") == COUNT
    assert len(text) < 30_000
    assert "style=" not in text
