"""What a bulk action would do is told before it is done, and comes true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import (
    UNSTARTED_STATUSES,
    BulkAction,
    ScheduledJob,
    ScheduledRun,
)
from schedules.services import Actor, fire_due, pause_schedule, run_now
from schedules.services.bulk_actions import foresight
from schedules.services.bulk_actions.foresight import Foresight, Why, foresee
from schedules.services.runs.claims import claim_run
from tests.graphs import add_graph
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.bulk_actions.conftest import (
    LATER,
    Ask,
    carry_out,
    outcomes,
)
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def time_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "COUNTING_SECONDS", 60.0)


def foreseen(
    action: BulkAction, user: User | None = None, **options: object
) -> Foresight:
    return foresee(action, user=user or action.user, now=LATER, options=options)


def names(rows: object) -> list[str]:
    return [row.name for row in rows]


@pytest.fixture
def of_each_kind(make_schedule: MakeSchedule, alice: User) -> None:
    make_schedule(name="active")
    make_schedule(name="paused", status="paused")
    make_schedule(name="ended", run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    idle = Workflow.objects.create(name="idle", owner=alice)
    add_graph(idle, {"start": ("trigger_schedule", {})}, [])
    for status in ("active", "paused"):
        make_schedule(name=f"{status}, idle", workflow=idle, status=status)
    Workflow.objects.filter(pk=idle.pk).update(is_active=False)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "able", "unchanged", "refused"),
    [
        (
            "pause",
            ["active", "active, idle"],
            ["paused", "paused, idle"],
            {"ended": Why.ENDED},
        ),
        (
            "resume",
            ["paused"],
            ["active", "active, idle"],
            {"ended": Why.ENDED, "paused, idle": Why.CANNOT_START},
        ),
        (
            "run",
            ["active", "paused"],
            [],
            {
                "ended": Why.ENDED,
                "active, idle": Why.CANNOT_START,
                "paused, idle": Why.CANNOT_START,
            },
        ),
        (
            "tag",
            ["active", "active, idle", "paused", "paused, idle"],
            [],
            {"ended": Why.ENDED},
        ),
        (
            "delete",
            ["active", "active, idle", "ended", "paused", "paused, idle"],
            [],
            {},
        ),
    ],
)
def test_what_is_foreseen_of_each_schedule_is_what_comes_of_it(
    of_each_kind: None,
    ask: Ask,
    verb: str,
    able: list[str],
    unchanged: list[str],
    refused: dict[str, Why],
) -> None:
    action = ask(verb)
    told = foreseen(action)
    assert (names(told.able), names(told.unchanged)) == (able, unchanged)
    assert {each.row.name: each.why for each in told.refused if each.row} == refused
    carry_out(action, **({"add_tags": ["etl"]} if verb == "tag" else {}))
    came = {name: outcome for name, (outcome, _) in outcomes(action).items()}
    assert came == {
        **dict.fromkeys(able, "done"),
        **dict.fromkeys(unchanged, "unchanged"),
        **dict.fromkeys(refused, "refused"),
    }


@pytest.mark.heavy
@pytest.mark.parametrize("catch_up", ["none", "latest", "all"])
def test_the_runs_that_a_resume_would_start_are_counted(
    ask: Ask, make_schedule: MakeSchedule, alice: User, catch_up: str
) -> None:
    for name, fields in {
        "each minute": {},
        "each second": {"interval_seconds": 1},
        "one left": {"max_runs": 1},
        "not yet": {"cron_expression": "0 0 1 1 *"},
    }.items():
        make_schedule(name=name, status="paused", **fields)
    action = ask("resume")
    passed = foreseen(action).passed
    assert passed.ticks == 5 + 330 + 5
    assert passed.starts == {"none": 0, "latest": 3, "all": 5 + 100 + 1}
    assert (passed.paused, passed.counted) == (4, 4)
    carry_out(action, catch_up=catch_up)
    runs = ScheduledRun.objects.filter(origin="catch_up")
    assert runs.count() == passed.starts[catch_up]


def test_the_work_is_estimated_from_what_runs_have_taken(
    ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    slow, quick = make_schedule(name="slow"), make_schedule(name="quick")
    assert foreseen(ask("run")).work == {}
    actor = Actor.person(alice)
    for schedule, seconds in ((slow, 60), (quick, 2)):
        run = run_now(schedule.pk, actor=actor, now=NOON)
        ended = NOON + timedelta(seconds=seconds)
        ScheduledRun.objects.filter(pk=run.pk).update(
            status="succeeded", started_at=NOON, finished_at=ended
        )
    make_schedule(name="never ran")
    assert foreseen(ask("run")).work == {"run": pytest.approx(93, abs=0.1)}
    for schedule in (slow, quick):
        pause_schedule(schedule.pk, actor=actor, now=NOON)
    work = foreseen(ask("resume", slow, quick)).work
    assert work == {
        "latest": pytest.approx(62, abs=0.1),
        "all": pytest.approx(5 * 62, abs=0.1),
    }


def test_schedules_without_ticks_left_are_told_to_end(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    once = make_schedule(name="once", status="paused", run_at=NOON + MINUTE)
    lasting = make_schedule(name="lasting", status="paused")
    told = foreseen(ask("resume"))
    assert told.passed.ending == 1
    assert told.passed.next_runs == {once.pk: None, lasting.pk: NOON + 6 * MINUTE}


def test_counting_ends_when_its_time_is_over_and_says_how_far_it_came(
    ask: Ask, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresight, "COUNTING_SECONDS", 0.0)
    for number in range(3):
        make_schedule(name=f"s{number}", status="paused")
    passed = foreseen(ask("resume")).passed
    assert (passed.counted, passed.paused, passed.ticks) == (1, 3, 5)


def test_a_timing_that_broke_is_refused(ask: Ask, make_schedule: MakeSchedule) -> None:
    make_schedule(status="paused", cron_expression="0 9 * * *", timezone="Europe/Oslo")
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    action = ask("resume")
    assert foreseen(action).reasons == {Why.BROKEN_TIMING: 1}
    assert outcomes(carry_out(action))["job"][0] == "refused"


def test_runs_that_wait_or_run_are_counted(
    ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, other = make_schedule(), make_schedule(name="other")
    actor = Actor.person(alice)
    for each in (schedule, schedule, other):
        run_now(each.pk, actor=actor, now=NOON)
    run = ScheduledRun.objects.filter(schedule=other).get()
    assert claim_run(run.id, run.attempt, token=run.id, now=NOON)
    told = foreseen(ask("pause"))
    assert (told.unstarted, told.running) == (2, 1)
    carry_out(ask("pause"))
    assert not ScheduledRun.objects.filter(status__in=UNSTARTED_STATUSES).exists()


def test_what_the_person_may_not_do_is_told_and_what_they_may_not_see_is_gone(
    ask: Ask, make_schedule: MakeSchedule, bob: User
) -> None:
    others, mine = make_schedule(name="Alice's"), make_schedule(name="Bob's")
    ScheduledJob.objects.filter(pk=mine.pk).update(owner=bob)
    action = ask("pause", user=bob)
    assert foreseen(action).reasons == {Why.GONE: 1}
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename="view_scheduledjob"))
    told = foreseen(action, User.objects.get(pk=bob.pk))
    (refused,) = told.refused
    assert (refused.why, refused.row and refused.row.id) == (
        Why.NOT_ALLOWED,
        others.pk,
    )
    assert names(told.able) == ["Bob's"]


def test_an_owner_who_may_no_longer_run_the_workflow_is_told(
    ask: Ask, make_schedule: MakeSchedule, bob: User
) -> None:
    schedule = make_schedule()
    Workflow.objects.update(owner=bob)
    action = ask("run")
    assert foreseen(action).reasons == {Why.OWNER_MAY_NOT_RUN: 1}
    assert outcomes(carry_out(action))[schedule.name][0] == "refused"


def test_what_an_agent_proposed_is_not_resumed(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    make_schedule(status="paused")
    ScheduledJob.objects.update(awaits_approval=True)
    action = ask("resume")
    assert foreseen(action).reasons == {Why.NEEDS_APPROVAL: 1}
    assert outcomes(carry_out(action))["job"][0] == "refused"


def test_a_workflow_that_is_being_deleted_is_told(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    Workflow.objects.update(deleting_since=timezone.now())
    assert foreseen(ask("run")).reasons == {Why.WORKFLOW_DELETING: 1}


def test_tags_are_foreseen_once_they_are_given(
    ask: Ask, make_schedule: MakeSchedule
) -> None:
    full = [str(number) for number in range(20)]
    make_schedule(name="full", tags=full)
    make_schedule(name="has it", tags=["etl"])
    make_schedule(name="none")
    action = ask("tag")
    assert len(foreseen(action).able) == 3
    told = foreseen(action, add_tags=["etl"])
    assert (names(told.able), names(told.unchanged)) == (["none"], ["has it"])
    assert told.reasons == {Why.TOO_MANY_TAGS: 1}


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "queries"),
    [("pause", 2), ("resume", 7), ("run", 6), ("tag", 1), ("delete", 2)],
)
def test_as_many_queries_for_any_number_of_schedules(
    ask: Ask, make_schedule: MakeSchedule, verb: str, queries: int
) -> None:
    counts = []
    for count in (1, 5):
        for number in range(count):
            make_schedule(name=f"s{number}", status=("paused", "active")[number % 2])
        action = ask(verb)
        with CaptureQueriesContext(connection) as done:
            foreseen(action)
        counts.append(len(done))
    assert counts == [queries, queries]


def test_what_was_paused_is_said_of_a_run(
    ask: Ask, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    make_schedule(name="active")
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    assert foreseen(ask("run")).paused == 1
