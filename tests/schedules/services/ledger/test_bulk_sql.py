"""Many rows that differ are written in one statement, on both databases alike."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.ledger.bulk_sql import insert_rows, update_rows
from schedules.services.ledger.ledger import NewRun
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
COLUMNS = [name.removesuffix("_id") for name in NewRun._fields]
FRONTIER = {"match": ("id", "next_tick_at"), "change": ("next_tick_at", "next_run_at")}


def new_run(
    schedule: ScheduledJob, minutes: int, name: str = "a 'quoted' % name"
) -> NewRun:
    tick = NOON + minutes * MINUTE
    return NewRun(
        id=uuid.uuid4(),
        schedule_id=schedule.id,
        owner_id=schedule.owner_id,
        schedule_name=name,
        epoch=1,
        origin="schedule",
        scheduled_for=tick,
        range_end=None,
        tick_count=1,
        due_at=tick,
        status="pending",
        reason="",
        finished_at=None,
        created_at=NOON,
    )


def test_inserted_rows_read_back_as_they_were_given(
    make_schedule: MakeSchedule,
) -> None:
    rows = [new_run(make_schedule(), minute) for minute in (1, 2, 3)]
    insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)
    found = ScheduledRun.objects.order_by("scheduled_for").values_list(*NewRun._fields)
    assert [NewRun(*row) for row in found] == rows


@pytest.mark.parametrize(
    "name",
    [
        "",
        "NULL",
        "{a,b}",
        'say "no"',
        "back\\slash\\",
        "\\u0000",
        "two\nlines",
        " é — 😀 ",
    ],
)
def test_any_text_is_kept_as_it_is(make_schedule: MakeSchedule, name: str) -> None:
    rows = [new_run(make_schedule(), 1, name), new_run(make_schedule(), 1, "another")]
    insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)
    assert ScheduledRun.objects.get(pk=rows[0].id).schedule_name == name


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL keeps no text with a NUL."
)
def test_a_text_that_an_application_has_saved_with_a_nul_is_kept(
    make_schedule: MakeSchedule,
) -> None:
    rows = [new_run(make_schedule(), 1, "a\0b"), new_run(make_schedule(), 1, "another")]
    insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)
    assert ScheduledRun.objects.get(pk=rows[0].id).schedule_name == "a\0b"


def test_a_text_that_cannot_be_stored_is_refused(make_schedule: MakeSchedule) -> None:
    rows = [
        new_run(make_schedule(), 1, "\ud800"),
        new_run(make_schedule(), 1, "another"),
    ]
    with pytest.raises(UnicodeEncodeError):
        insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)


def test_any_number_of_rows_is_one_statement(make_schedule: MakeSchedule) -> None:
    """Executed once for each row, it takes SQLite twice as long, while it keeps other writers
    out."""
    rows = [new_run(make_schedule(), minute, f"{minute}") for minute in (1, 2, 3)]
    with CaptureQueriesContext(connection) as seen:
        insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)
    (statement,) = seen
    assert statement["sql"].startswith("INSERT INTO")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL gets no JSON.")
def test_long_rows_are_not_parsed_as_json_for_each_of_their_columns(
    make_schedule: MakeSchedule,
) -> None:
    job = make_schedule()
    texts = [f"{minute}" * 3_000 for minute in (1, 2)]
    rows = [new_run(job, minute, text) for minute, text in enumerate(texts)]
    with CaptureQueriesContext(connection) as seen:
        insert_rows(ScheduledRun, fields=COLUMNS, rows=rows)
    assert not any("json_each" in each["sql"] for each in seen)
    found = ScheduledRun.objects.order_by("due_at").values_list(
        "schedule_name", flat=True
    )
    assert list(found) == texts


def test_a_tick_that_is_there_already_refuses_the_whole_batch(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    insert_rows(ScheduledRun, fields=COLUMNS, rows=[new_run(schedule, 1)])
    again = [new_run(schedule, 2), new_run(schedule, 1)]
    with pytest.raises(IntegrityError):
        insert_rows(ScheduledRun, fields=COLUMNS, rows=again)


def test_each_row_gets_its_own_values(make_schedule: MakeSchedule) -> None:
    schedules = [make_schedule() for _ in range(3)]
    rows = [
        (schedule.id, NOON + MINUTE, NOON + n * MINUTE, NOON + (n + 1) * MINUTE)
        for n, schedule in enumerate(schedules, start=5)
    ]
    assert update_rows(ScheduledJob, **FRONTIER, rows=rows) == 3
    for row in rows:
        job = ScheduledJob.objects.get(pk=row[0])
        assert (job.next_tick_at, job.next_run_at) == row[2:]


def test_a_row_that_has_moved_is_left_and_not_counted(
    make_schedule: MakeSchedule,
) -> None:
    moved, as_read = make_schedule(), make_schedule()
    later = NOON + 9 * MINUTE
    rows = [
        (moved.id, NOON + 2 * MINUTE, later, later),
        (as_read.id, NOON + MINUTE, later, later),
    ]
    assert update_rows(ScheduledJob, **FRONTIER, rows=rows) == 1
    moved.refresh_from_db()
    assert moved.next_tick_at == NOON + MINUTE


def test_rows_are_found_by_their_ids_although_they_share_what_is_matched(
    make_schedule: MakeSchedule,
) -> None:
    """By one value for all of them, PostgreSQL looked at every schedule with that frontier for
    each row: 10,000 that were due at once took it a quarter of a second a batch."""
    frontier, later = NOON + MINUTE, NOON + 2 * MINUTE
    rows = [(make_schedule().pk, frontier, later, later) for _ in range(3)]
    with CaptureQueriesContext(connection) as seen:
        assert update_rows(ScheduledJob, **FRONTIER, rows=rows) == 3
    sql = seen[-1]["sql"]
    once = sql.partition("CROSS JOIN")[2].partition("WHERE")[0]
    assert " AS v1" not in once, sql


def test_a_value_may_become_null(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    row = (schedule.id, "paused", None)
    change = ("status", "next_run_at")
    assert update_rows(ScheduledJob, match=("id",), change=change, rows=[row]) == 1
    schedule.refresh_from_db()
    assert schedule.next_run_at is None


def test_no_rows_are_no_statement(db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert_rows(ScheduledRun, fields=COLUMNS, rows=[])
        assert update_rows(ScheduledJob, **FRONTIER, rows=[]) == 0
