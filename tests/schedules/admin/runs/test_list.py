from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.admin.when import between, times_of
from schedules.models import ScheduledRun
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.kit.admin_lists import BoundedPaginator

LIST = "/admin/ostinato_schedules/scheduledrun/"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(clock: None) -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def runs(make_schedule: MakeSchedule) -> list[ScheduledRun]:
    """Half an hour, five hours and two days ago; the first started 20 s late."""
    schedule = make_schedule(NOON - 72 * HOUR)
    made = []
    for hours, late, status in (
        (0.5, 20, "succeeded"),
        (5, 0.2, "failed"),
        (48, 0, "missed"),
    ):
        at = NOON - hours * HOUR
        began = None if status == "missed" else at + timedelta(seconds=late)
        made.append(
            ScheduledRun.objects.create(
                schedule=schedule,
                schedule_name=schedule.name,
                epoch=1,
                origin="schedule",
                scheduled_for=at,
                due_at=at,
                status=status,
                reason="window" if status == "missed" else "",
                failure_kind="node" if status == "failed" else "",
                error="HTTP 503\ntrace" if status == "failed" else "",
                started_at=began,
                finished_at=began and began + timedelta(seconds=160),
                created_at=at,
            )
        )
    return made


def test_a_run_shows_outcome_reason_lateness_and_duration(
    site: Client, runs: list[ScheduledRun]
) -> None:
    text = site.get(LIST).text
    for part in (
        "Succeeded",
        "HTTP 503",
        "later than the catch-up window",
        '<span class="o-state is-warn">20.0 s</span>',
        "0.2 s",
        "2 min 40 s",
        "11:30",
    ):
        assert part in text
    assert "trace" not in text
    for run in runs:
        assert f"{LIST}{run.pk}/change/" in text


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("when=hour", 1),
        ("when=day", 2),
        ("when=week", 3),
        (f"when={between(NOON - 6 * HOUR, NOON - HOUR)}", 1),
        (f"when={between(NOON - 6 * HOUR)}", 2),
        ("when=day&status__exact=failed", 1),
        ("status__exact=missed", 1),
        ("when=nonsense", 3),
        ("when=..", 3),
        ("when=2026-01-01..", 3),
    ],
)
def test_runs_are_found_by_when_they_were_due(
    site: Client, runs: list[ScheduledRun], query: str, found: int
) -> None:
    page = site.get(f"{LIST}?{query}")
    assert page.context["cl"].result_count == found


def test_a_span_is_told_on_its_chip(site: Client, runs: list[ScheduledRun]) -> None:
    query = f"when={between(NOON - 6 * HOUR, NOON - HOUR)}"
    assert "06:00 to 11:00" in site.get(f"{LIST}?{query}").text


def test_a_span_is_read_as_it_is_written() -> None:
    assert times_of(between(NOON, NOON + HOUR)) == (NOON, NOON + HOUR)
    assert times_of(between(NOON)) == (NOON, None)
    for wrong in ("", "day", "..", "x..y", "2026-01-01T00:00:00..", "2026-01-01Z.."):
        assert times_of(wrong) is None


@pytest.mark.heavy
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("status", "found"),
    [("failed", 1), ("missed", 1), ("succeeded", 1), ("running", 0)],
)
def test_runs_are_found_by_outcome(
    site: Client, runs: list[ScheduledRun], status: str, found: int
) -> None:
    page = site.get(f"{LIST}?status__exact={status}")
    assert page.context["cl"].result_count == found


def test_a_long_list_is_counted_to_a_limit_and_says_so(
    site: Client, runs: list[ScheduledRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedPaginator, "MOST_COUNTED", 2)
    page = site.get(LIST)
    assert page.context["cl"].result_count == 2
    assert "2+ runs" in page.text
    monkeypatch.setattr(BoundedPaginator, "MOST_COUNTED", 3)
    assert "3 runs" in site.get(LIST).text


def test_a_search_finds_runs_by_the_schedule_in_a_fixed_number_of_queries(
    site: Client, runs: list[ScheduledRun], make_schedule: MakeSchedule
) -> None:
    def found(text: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            page = site.get(LIST, {"q": text})
        return page.context["cl"].result_count, len(captured)

    make_schedule(NOON, name="without runs")
    number, few = found("job")
    assert number == 3
    for copy in range(5):
        runs[0].pk, runs[0].scheduled_for = uuid4(), NOON - (copy + 1) * HOUR / 100
        runs[0].save(force_insert=True)
    assert found("job") == (8, few)
    assert found("no such name")[0] == 0
