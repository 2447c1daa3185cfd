"""Schedules that are for an object, and end with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models.deletion import Collector
from django.db.models.signals import post_delete
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from schedules import Schedule, every, pause, upsert
from schedules.checks import check_settings
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.processes.chores import Chores
from schedules.receivers import connect_objects
from schedules.services import Actor, resume_schedule
from schedules.services.keyed import objects as objects_of_schedules
from schedules.services.keyed.objects import Orphans
from tests.plans import plan_of
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KEY = "invoice-42"


@pytest.fixture(autouse=True)
def objects(ostinato: Any) -> None:
    ostinato(OBJECTS=["auth.Group", "sessions.Session"])


def make(workflow: Workflow, **fields: Any) -> ScheduledJob:
    fields |= {"workflow": workflow, "owner": workflow.owner}
    made = upsert(KEY, timing=every(days=1), **fields)
    return ScheduledJob.objects.get(pk=made.id)


def test_a_schedule_refers_to_its_object(workflow: Workflow) -> None:
    group = Group.objects.create(name="invoice 42")
    schedule = make(workflow, for_object=group)
    assert (schedule.object_model, schedule.object_id) == ("auth.group", str(group.pk))
    assert make(workflow).object_model == ""


def test_an_object_may_be_lazy_as_the_user_of_a_request_is(
    workflow: Workflow, ostinato: Any
) -> None:
    ostinato(OBJECTS=["auth.User"])
    user = workflow.owner
    schedule = make(workflow, for_object=SimpleLazyObject(lambda: user))
    assert (schedule.object_model, schedule.object_id) == ("auth.user", str(user.pk))


@pytest.mark.parametrize(
    ("instance", "why"),
    [
        (Group(name="unsaved"), "saved in the database"),
        ("auth.group:1", "saved in the database"),
        (User(pk=1), "saved in the database"),
    ],
)
def test_an_object_that_is_not_saved_is_refused(
    workflow: Workflow, instance: Any, why: str
) -> None:
    with pytest.raises(InvalidSchedule, match=why) as refused:
        make(workflow, for_object=instance)
    assert refused.value.errors.keys() == {"for_object"}


def test_a_model_that_the_settings_do_not_name_is_refused(workflow: Workflow) -> None:
    with pytest.raises(InvalidSchedule, match=r"auth.User: name it in OSTINATO"):
        make(workflow, for_object=workflow.owner)


def test_the_key_of_an_object_has_a_length(workflow: Workflow) -> None:
    for length in (200, 201):
        session = Session(session_key="x" * length)
        session._state.adding = False
        if length == 200:
            assert len(make(workflow, for_object=session).object_id) == length
            continue
        with pytest.raises(InvalidSchedule, match="more than 200 characters"):
            make(workflow, for_object=session)


@pytest.fixture
def connected(objects: None) -> Iterator[None]:
    """As in a process that has started with these settings."""
    connect_objects()
    yield
    for model in (Group, Session):
        post_delete.disconnect(
            sender=model, dispatch_uid=f"ostinato_schedules.{model._meta.label_lower}"
        )


def newest(schedule: ScheduledJob) -> tuple[str, str, str]:
    found = ScheduleEvent.objects.filter(schedule_id=schedule.pk).order_by("-pk")
    return found.values_list("verb", "actor_kind", "reason_code")[0]


def standing(schedule: ScheduledJob) -> str:
    found = ScheduledJob.objects.filter(pk=schedule.pk).values_list("status", flat=True)
    return found.first() or "gone"


def delete_one(group: Group) -> None:
    group.delete()


def delete_many(group: Group) -> None:
    Group.objects.filter(pk=group.pk).delete()


def delete_by_the_back_door(group: Group) -> None:
    """Without a signal; and the sweep follows."""
    Group.objects.filter(pk=group.pk)._raw_delete("default")
    Orphans().step(datetime.now(UTC))


WAYS = pytest.mark.parametrize(
    "delete", [delete_one, delete_many, delete_by_the_back_door]
)


@pytest.mark.heavy
@WAYS
@pytest.mark.parametrize(
    ("when_gone", "stands", "event"),
    [
        (None, "gone", ("stop", "system", "object_deleted")),
        ("stop", "gone", ("stop", "system", "object_deleted")),
        ("pause", "paused", ("pause", "system", "object_deleted")),
        ("keep", "active", ("create", "system", "")),
    ],
)
def test_a_schedule_ends_with_its_object_as_it_was_asked_to(
    workflow: Workflow,
    connected: None,
    delete: Callable[[Group], None],
    when_gone: Any,
    stands: str,
    event: tuple[str, ...],
) -> None:
    group, other = (Group.objects.create(name=name) for name in ("one", "other"))
    schedule = make(workflow, for_object=group, when_object_gone=when_gone)
    upsert(
        "other",
        workflow=workflow,
        owner=workflow.owner,
        timing=every(days=1),
        for_object=other,
    )
    delete(group)
    assert (standing(schedule), newest(schedule)) == (stands, event)
    assert standing(ScheduledJob.objects.get(key="other")) == "active"


def test_a_deletion_that_is_rolled_back_ends_nothing(
    workflow: Workflow, connected: None
) -> None:
    group = Group.objects.create(name="one")
    schedule = make(workflow, for_object=group)

    def fail() -> None:
        with transaction.atomic():
            group.delete()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert standing(schedule) == "active"


def test_who_resumes_it_without_its_object_is_not_contradicted(
    workflow: Workflow, connected: None
) -> None:
    group = Group.objects.create(name="one")
    schedule = make(workflow, for_object=group, when_object_gone="pause")
    delete_one(group)
    person, now = Actor.person(workflow.owner), datetime.now(UTC)
    resume_schedule(schedule.pk, actor=person, now=now)
    Orphans().step(now)
    assert standing(schedule) == "active"


def test_a_paused_schedule_keeps_the_reason_for_which_it_was_paused(
    workflow: Workflow, connected: None
) -> None:
    group = Group.objects.create(name="one")
    schedule = make(workflow, for_object=group, when_object_gone="pause")
    pause(KEY, note="holidays")
    delete_one(group)
    schedule.refresh_from_db()
    assert schedule.reason_text == "holidays"


def test_only_the_named_models_lose_the_fast_deletion(connected: None) -> None:
    deletion = Collector(using="default")
    assert deletion.can_fast_delete(Session.objects.all()) is False
    others = Permission.user_set.through  # type: ignore[attr-defined]
    assert deletion.can_fast_delete(others._default_manager.all()) is True


def test_an_object_without_a_schedule_costs_one_query_more(connected: None) -> None:
    session = Session.objects.create(session_key="x", expire_date=datetime.now(UTC))
    with CaptureQueriesContext(connection) as queries:
        session.delete()
    about = [each["sql"] for each in queries if "scheduledjob" in each["sql"]]
    assert len(about) == 1
    assert "schedule_of_object" in plan_of(about[0])


def test_the_sweep_goes_through_all_objects_in_batches_by_their_index(
    workflow: Workflow, connected: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects_of_schedules, "BATCH", 2)
    groups = [Group.objects.create(name=f"group {number}") for number in range(7)]
    upsert(
        Schedule(
            f"key {number}",
            workflow=workflow,
            owner=workflow.owner,
            timing=every(days=1),
            for_object=group,
        )
        for number, group in enumerate(groups)
    )
    Group.objects.filter(pk__in=[groups[1].pk, groups[6].pk])._raw_delete("default")
    orphans = Orphans()
    with CaptureQueriesContext(connection) as queries:
        orphans.step(datetime.now(UTC))
    assert "schedule_of_object" in plan_of(queries[0]["sql"])
    for _ in range(4):
        orphans.step(datetime.now(UTC))
    kept = set(ScheduledJob.objects.values_list("key", flat=True))
    assert kept == {"key 0", "key 2", "key 3", "key 4", "key 5"}


def test_the_scheduler_sweeps_them(workflow: Workflow, connected: None) -> None:
    group = Group.objects.create(name="one")
    schedule = make(workflow, for_object=group)
    Group.objects.filter(pk=group.pk)._raw_delete("default")
    Chores().do(datetime.now(UTC))
    assert standing(schedule) == "gone"


@pytest.mark.parametrize("label", ["billing.Invoice", "auth.Nobody"])
def test_a_model_that_is_not_there_is_told_by_a_check(
    label: str, ostinato: Any
) -> None:
    ostinato(OBJECTS=[label])
    (problem,) = check_settings(None)
    assert problem.id == "ostinato_schedules.E008"
    assert label.lower() in problem.msg
