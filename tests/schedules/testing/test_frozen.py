"""Schedules in the tests of a project: the fixture `frozen_schedules`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.timezone import now as imported_now

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, create_schedule, pause_schedule, run_now
from schedules.testing import FrozenSchedules
from schedules.timing import TimingError
from tests.graphs import add_graph
from tests.permissions import allow
from workflows.callables import workflow_function
from workflows.models import Workflow

pytestmark = pytest.mark.both_databases
BERLIN = "Europe/Berlin"
MakeNightly = Callable[..., ScheduledJob]


@pytest.fixture
def calls() -> list[datetime]:
    """When the function was called, by the clock that it saw."""
    return []


@pytest.fixture(autouse=True)
def function(calls: list[datetime]) -> None:
    @workflow_function
    def note_time(fail_until: int = 0) -> str:
        calls.append(timezone.now())
        if len(calls) <= fail_until:
            raise ValueError(f"not at call {len(calls)}")
        return f"call {len(calls)}"

    @workflow_function
    def make_or_find(name: str) -> str:
        User.objects.create_user(name)
        try:
            User.objects.create_user(name)
        except IntegrityError:
            return "found"
        return "made"

    @workflow_function
    def make_twice(name: str) -> None:
        User.objects.create_user(name)
        User.objects.create_user(name)


@pytest.fixture
def make_nightly(alice: User) -> MakeNightly:
    """Calls a function at 02:30 in Berlin, unless the test says otherwise."""

    def make(function: str = "note_time", arguments: Any = None, **fields: Any):
        allow(alice, "ostinato_workflows.call_function")
        workflow = Workflow.objects.create(name=function, owner=alice)
        node = {"function": function, "arguments": arguments or {}}
        nodes = {"tick": ("trigger_schedule", {}), "call": ("call_function", node)}
        add_graph(workflow, nodes, [("tick", "call")])
        when = {"cron_expression": "30 2 * * *", "timezone": BERLIN}
        given = {"name": "nightly", "workflow": workflow} | (fields or when)
        actor = Actor.person(alice)
        return create_schedule(given, actor=actor, now=timezone.now())

    return make


def test_each_tick_runs_at_its_own_time(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly, calls: list[datetime]
) -> None:
    frozen_schedules.travel("2026-03-27 12:00", BERLIN)
    make_nightly()

    frozen_schedules.travel("2026-03-30 12:00", BERLIN)
    ran = frozen_schedules.run_due()

    assert [each.status for each in ran] == ["succeeded"] * 3
    assert [each.output for each in ran] == ["call 1", "call 2", "call 3"]
    assert calls == [each.scheduled_for for each in ran]
    # On the 29th there is no half past two.
    assert calls[1] == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert timezone.now() == datetime(2026, 3, 30, 10, 0, tzinfo=UTC)


def test_what_has_run_does_not_run_again(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly
) -> None:
    make_nightly()
    frozen_schedules.travel(timedelta(days=1))
    assert len(frozen_schedules.run_due()) == 1
    assert frozen_schedules.run_due() == []


def test_after_an_outage_what_is_late_is_caught_up_with_as_the_schedule_says(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly, calls: list[datetime]
) -> None:
    frozen_schedules.travel("2026-03-27 12:00", BERLIN)
    make_nightly()
    frozen_schedules.travel("2026-03-30 03:00", BERLIN)

    ran = frozen_schedules.run_due(outage=True)

    assert [(each.status, each.row.tick_count) for each in ran] == [
        ("missed", 2),
        ("succeeded", 1),
    ]
    assert calls == [frozen_schedules.now]
    assert repr(ran[0]) == (
        "<'nightly' at 2026-03-28 02:30+0100 to 2026-03-29 03:00+0200 (2 ticks): "
        "missed: window>"
    )


def test_a_failure_has_the_exception_and_is_retried_in_time(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly, calls: list[datetime]
) -> None:
    every_minute = {"interval_seconds": 60, "max_retries": 2, "max_runs": 1}
    make_nightly(arguments={"fail_until": 2}, **every_minute)
    frozen_schedules.travel(timedelta(seconds=60))

    (ran,) = frozen_schedules.run_due()
    assert (ran.status, ran.attempt) == ("waiting", 2)
    assert isinstance(ran.exception, ValueError)
    assert repr(ran).endswith("waiting: ValueError: not at call 1>")
    assert "in note_time" in ran.traceback

    frozen_schedules.travel(timedelta(hours=1))
    (ran,) = frozen_schedules.run_due()
    assert (ran.status, ran.attempt, ran.output) == ("succeeded", 3, "call 3")
    assert ran.exception is None
    assert calls == sorted(set(calls))


def test_the_transaction_of_the_test_survives_an_error_of_the_database(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly
) -> None:
    make_nightly("make_twice", {"name": "mia"})
    frozen_schedules.travel(timedelta(days=1))
    (ran,) = frozen_schedules.run_due()
    assert ran.status == "failed"
    assert isinstance(ran.exception, IntegrityError)
    assert not User.objects.filter(username="mia").exists()


def test_a_swallowed_error_of_the_database_is_told_with_the_remedy(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly
) -> None:
    make_nightly("make_or_find", {"name": "mia"})
    frozen_schedules.travel(timedelta(days=1))
    (ran,) = frozen_schedules.run_due()
    assert ran.status == "failed"
    assert "with transaction.atomic()" in str(ran.exception)


@pytest.mark.django_db(transaction=True)
def test_it_works_where_tests_commit(
    transactional_db: None,
    frozen_schedules: FrozenSchedules,
    make_nightly: MakeNightly,
    caplog: pytest.LogCaptureFixture,
) -> None:
    schedule = make_nightly()
    assert not connection.in_atomic_block
    frozen_schedules.travel(timedelta(days=1))
    (ran,) = frozen_schedules.run_due()
    assert ran.status == "succeeded"
    assert ran.schedule == schedule
    # A log line would say that Redis is away.
    assert "alarm_not_set" not in caplog.text
    assert "not_enqueued" not in caplog.text


def test_a_run_on_request_is_due_at_once(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly, alice: User
) -> None:
    schedule = make_nightly()
    run_now(schedule.id, actor=Actor.person(alice), now=frozen_schedules.now)
    (ran,) = frozen_schedules.run_due()
    assert (ran.origin, ran.status) == ("manual", "succeeded")


def test_a_paused_schedule_does_not_run(
    frozen_schedules: FrozenSchedules, make_nightly: MakeNightly, alice: User
) -> None:
    schedule = make_nightly()
    pause_schedule(schedule.id, actor=Actor.person(alice), now=frozen_schedules.now)
    frozen_schedules.travel(timedelta(days=1))
    assert frozen_schedules.run_due() == []
    assert not ScheduledRun.objects.exists()


@pytest.mark.usefixtures("db")
class TestClock:
    def test_stands_still(self, frozen_schedules: FrozenSchedules) -> None:
        assert timezone.now() == timezone.now() == frozen_schedules.now

    def test_is_that_of_every_reference(
        self, frozen_schedules: FrozenSchedules
    ) -> None:
        frozen_schedules.travel("2026-03-29 03:00+02:00")
        instant = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert timezone.now() == imported_now() == instant
        assert timezone.localdate() == date(2026, 3, 29)
        # Django's own filters ask whether a value is a datetime.
        assert timezone.template_localtime(instant).tzinfo is not UTC

    def test_runs_again_afterwards(self) -> None:
        before = timezone.now()
        with FrozenSchedules("2030-01-01", "Asia/Tokyo") as frozen:
            assert frozen.now == datetime(2029, 12, 31, 15, 0, tzinfo=UTC)
        assert timezone.now() >= before

    @pytest.mark.parametrize(
        ("to", "zone", "instant"),
        [
            ("2026-03-29 02:30", BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
            (date(2026, 7, 1), BERLIN, datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
            (
                datetime.fromisoformat("2026-07-01 09:00"),
                "",
                datetime(2026, 7, 1, 9, tzinfo=UTC),
            ),
        ],
    )
    def test_is_set_to_a_local_time(
        self,
        frozen_schedules: FrozenSchedules,
        to: Any,
        zone: str,
        instant: datetime,
    ) -> None:
        assert frozen_schedules.travel(to, zone) == instant

    def test_says_how_to_write_a_time(self, frozen_schedules: FrozenSchedules) -> None:
        with pytest.raises(ValueError, match='write it as "2026-03-29 03:00"'):
            frozen_schedules.travel("tomorrow")
        with pytest.raises(TimingError, match="did you mean Europe/Berlin"):
            frozen_schedules.travel("2026-03-29 03:00", "europe/berlin")


class TestReport:
    @pytest.fixture
    def told(self) -> list[str]:
        return []

    @pytest.fixture
    def frozen(self, db: None, told: list[str]) -> Iterator[FrozenSchedules]:
        with FrozenSchedules("2026-03-27 12:00", BERLIN, tell=told.append) as frozen:
            yield frozen

    def test_says_what_schedules_wait_for(
        self,
        frozen: FrozenSchedules,
        told: list[str],
        make_nightly: MakeNightly,
        alice: User,
    ) -> None:
        frozen.run_due()
        make_nightly()
        paused = make_nightly(name="weekly", interval_seconds=604_800)
        actor = Actor.person(alice)
        pause_schedule(paused.id, actor=actor, now=frozen.now, note="on holiday")
        frozen.run_due()
        assert told == [
            "run_due() at 2026-03-27 11:00+0000: nothing was due.\n"
            "  There is no schedule.",
            "run_due() at 2026-03-27 11:00+0000: nothing was due.\n"
            "  'nightly' is due next at 2026-03-28 02:30+0100\n"
            "  'weekly' is paused: on holiday",
        ]

    def test_has_the_tracebacks(
        self, frozen: FrozenSchedules, told: list[str], make_nightly: MakeNightly
    ) -> None:
        make_nightly(arguments={"fail_until": 1})
        frozen.travel(timedelta(days=1))
        frozen.run_due()
        assert "failed: ValueError: not at call 1>" in told[0]
        assert "in note_time" in told[0]


@pytest.mark.heavy
def test_too_many_runs_are_refused_with_the_remedy(
    frozen_schedules: FrozenSchedules,
    make_nightly: MakeNightly,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("schedules.testing.frozen.MOST_RUNS", 3)
    make_nightly(interval_seconds=60)
    frozen_schedules.travel(timedelta(days=1))
    with pytest.raises(RuntimeError, match="Travel in smaller steps"):
        frozen_schedules.run_due()
