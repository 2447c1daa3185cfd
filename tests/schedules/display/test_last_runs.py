from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schedules.display.last_runs import last_runs, strip
from schedules.models import Origin, RunStatus, ScheduledJob, ScheduledRun
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = pytest.mark.django_db


def write_runs(schedule: ScheduledJob, *statuses: RunStatus, **fields: Any) -> None:
    """A run a minute, the first at noon; each that ran took as many seconds as its minute."""
    ScheduledRun.objects.bulk_create(
        ScheduledRun(
            schedule=schedule,
            schedule_name=schedule.name,
            epoch=1,
            origin=Origin.SCHEDULE,
            scheduled_for=at,
            due_at=at,
            status=status,
            started_at=at if status in RAN else None,
            finished_at=at + timedelta(seconds=minute) if status in RAN else None,
            failure_kind="node" if status == RunStatus.FAILED else "",
            created_at=at,
            **fields,
        )
        for minute, status in enumerate(statuses)
        for at in [NOON + timedelta(minutes=minute)]
    )


RAN = {RunStatus.SUCCEEDED, RunStatus.FAILED}


def address(run: UUID) -> str:
    return f"r/{run}"


def drawn(schedule: ScheduledJob, now: datetime = NOON) -> str:
    return str(strip(last_runs([schedule.pk], now)[schedule.pk], address))


@pytest.mark.both_databases
def test_the_newest_24_runs_of_each_schedule_are_found_in_one_query(
    make_schedule: MakeSchedule, django_assert_num_queries: Any
) -> None:
    long, short, none = (make_schedule(name=name) for name in ("a", "b", "c"))
    write_runs(long, *[RunStatus.SUCCEEDED] * 30)
    write_runs(short, RunStatus.SUCCEEDED, RunStatus.SKIPPED)
    with django_assert_num_queries(1):
        found = last_runs([long.pk, short.pk, none.pk], NOON)
    assert len(found[long.pk]) == 24
    assert found[long.pk][0].scheduled_for == NOON + timedelta(minutes=29)
    assert [run.status for run in found[short.pk]] == ["skipped", "succeeded"]
    assert none.pk not in found


def test_the_height_is_the_duration_against_the_longest(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    write_runs(schedule, *[RunStatus.SUCCEEDED] * 23)
    html = drawn(schedule)
    assert '<path class="b-none" d="M0 21h4v1h-4z"/>' in html
    assert '<path d="M8 22v-4"/>' in html
    assert '<path d="M140 22v-22"/>' in html
    assert '<path d="M74 22v-11"/>' in html


def test_each_outcome_has_a_shape_of_its_own_and_is_one_click_away(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    write_runs(
        schedule,
        RunStatus.FAILED,
        RunStatus.MISSED,
        RunStatus.SKIPPED,
        RunStatus.PENDING,
    )
    html = drawn(schedule)
    run = ScheduledRun.objects.earliest("scheduled_for")
    assert (
        f'<a href="r/{run.id}" tabindex="-1"><path class="b-bad" '
        'd="M120 0h4v5h-4zM120 7h4v15h-4z"/></a>'
    ) in html
    assert '<path class="b-missed" d="M126.5 4.5h3v17h-3z"/>' in html
    assert '<path class="b-idle" d="M132 19h4v3h-4z"/>' in html
    assert (
        '<span class="o-sr">Last 4 runs: 1 queued, 1 failed, 1 skipped, 1 missed.'
        in (html)
    )


def test_a_schedule_without_runs_has_a_line_and_a_sentence() -> None:
    html = str(strip([], address))
    assert html.count("M") == 24
    assert html.count("<a") == 0
    assert "No runs yet." in html
