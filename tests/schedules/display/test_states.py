from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from schedules.display.states import (
    ShownState,
    counts,
    in_state,
    mark_of,
    plain_mark,
    shown_state,
)
from schedules.models import ScheduledJob, Status
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = pytest.mark.django_db
LATE = NOON - timedelta(seconds=31)
STATES = [
    ({"next_run_at": LATE, "consecutive_failures": 6}, ShownState.OVERDUE),
    ({"next_run_at": NOON - timedelta(seconds=30)}, ShownState.ACTIVE),
    ({"consecutive_failures": 2}, ShownState.FAILING),
    ({"consecutive_failures": 1}, ShownState.ACTIVE),
    ({"status": Status.PAUSED, "next_run_at": LATE}, ShownState.PAUSED),
    ({"status": Status.PAUSED, "awaits_approval": True}, ShownState.NEEDS_APPROVAL),
    ({"status": Status.STOPPED, "consecutive_failures": 3}, ShownState.ENDED),
]


@pytest.mark.parametrize(("fields", "state"), STATES)
def test_the_state_that_is_shown_outranks_the_one_that_is_stored(
    make_schedule: MakeSchedule, fields: dict[str, object], state: ShownState
) -> None:
    schedule = make_schedule()
    for name, value in fields.items():
        setattr(schedule, name, value)
    assert shown_state(schedule, NOON) == state


@pytest.mark.both_databases
def test_sql_and_python_agree_on_every_state(make_schedule: MakeSchedule) -> None:
    some = make_schedule()
    times = (LATE, NOON, NOON + timedelta(hours=1))
    rows = []
    for status, failures, proposed, at in product(
        Status.values, (0, 1, 2, 9), (True, False), times
    ):
        row = ScheduledJob.objects.get(pk=some.pk)
        row.pk, row._state.adding = None, True
        row.id = type(some)().id
        row.status, row.consecutive_failures = status, failures
        row.awaits_approval, row.next_run_at = proposed, at
        rows.append(row)
    ScheduledJob.objects.bulk_create(rows)
    every = ScheduledJob.objects.all()
    by_sql = {
        state: set(every.filter(in_state(state, NOON)).values_list("pk", flat=True))
        for state in ShownState
    }
    by_python = {
        state: {row.pk for row in every if shown_state(row, NOON) == state}
        for state in ShownState
    }
    assert by_sql == by_python
    assert counts(every, NOON) == {state: len(ids) for state, ids in by_python.items()}


def test_counting_takes_one_query(
    make_schedule: MakeSchedule, django_assert_num_queries: object
) -> None:
    make_schedule()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert counts(ScheduledJob.objects.all(), NOON)[ShownState.ACTIVE] == 1


def test_the_word_says_how_long_and_how_often(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    schedule.consecutive_failures = 6
    assert mark_of(schedule, NOON).word == "Failing, 6 in a row"
    schedule.next_run_at = NOON - timedelta(seconds=160)
    mark = mark_of(schedule, NOON)
    assert mark.word == "Overdue by 2 min 40 s"
    assert mark.is_loud
    assert not plain_mark(ShownState.OVERDUE).is_loud


def test_a_manual_schedule_is_never_overdue(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(schedule_type="manual")
    assert shown_state(schedule, NOON + timedelta(days=1)) == ShownState.ACTIVE
