"""One schedule from application code: made once, changed as code says, kept as people say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from redis import Redis

from schedules import cron, every, once, upsert
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleEpoch, ScheduleEvent
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    stop_schedule,
    update_schedule,
)
from schedules.services.insight.audit import audit
from tests.at_once import at_once
from tests.graphs import startable
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ALARMS = "rq:scheduler:scheduled_jobs"
KEY = "invoice-42"


def row(key: str = KEY) -> ScheduledJob:
    return ScheduledJob.objects.get(key=key)


def events(key: str = KEY) -> list[tuple[str, str, str]]:
    found = ScheduleEvent.objects.filter(schedule_id=row(key).pk).order_by("pk")
    return [*found.values_list("verb", "actor_kind", "note")]


class Code:
    """Application code that keeps one schedule."""

    def __init__(self, workflow: Workflow, owner: User) -> None:
        self.fields: dict[str, Any] = {
            "workflow": workflow,
            "owner": owner,
            "timing": every(days=1),
        }

    def __call__(self, **other: Any) -> Any:
        return upsert(KEY, **(self.fields | other))


@pytest.fixture
def code(workflow: Workflow, alice: User) -> Code:
    return Code(workflow, alice)


def change(alice: User, **fields: Any) -> None:
    update_schedule(row().pk, fields, actor=Actor.person(alice), now=datetime.now(UTC))


def test_the_first_upsert_makes_the_schedule(code: Code, alice: User) -> None:
    made = code(tags=["billing"], note="for invoice 42")
    schedule = row()
    assert (made.key, made.id, made.outcome, made.status, made.kept) == (
        *(KEY, schedule.pk, "created", "active", ()),
    )
    assert (schedule.name, schedule.owner, schedule.tags) == (KEY, alice, ["billing"])
    assert schedule.next_run_at == schedule.anchor_at + timedelta(days=1)
    assert (schedule.created_by, schedule.created_by_kind) == (None, "system")
    assert events() == [("create", "system", "for invoice 42")]
    assert next(audit()).problems == []


def test_an_equal_upsert_writes_nothing(
    code: Code, django_assert_num_queries: Any
) -> None:
    code(tags=["billing"])
    before = ScheduledJob.objects.values().get(key=KEY)
    with django_assert_num_queries(1):
        again = code(tags=["billing"])
    assert (again.outcome, again.id) == ("unchanged", before["id"])
    assert ScheduledJob.objects.values().get(key=KEY) == before
    assert len(events()) == 1


def test_what_code_changes_is_changed_with_one_event(code: Code) -> None:
    code(name="a reminder", max_retries=1)
    assert code(name="a reminder", max_retries=3, note="more").outcome == "changed"
    assert (row().max_retries, row().version) == (3, 2)
    assert events()[1:] == [("update", "system", "more")]
    assert ScheduleEvent.objects.get(note="more").before == {"max_retries": 1}
    assert code(name="a reminder", max_retries=3).outcome == "unchanged"


def test_a_new_timing_opens_an_epoch(code: Code) -> None:
    code()
    assert code(timing=cron("0 9 * * *", timezone="Europe/Berlin")).outcome == "changed"
    schedule = row()
    assert (schedule.schedule_type, schedule.timezone) == ("cron", "Europe/Berlin")
    assert schedule.anchor_at is None
    assert ScheduleEpoch.objects.filter(schedule=schedule).count() == 2
    assert next(audit()).problems == []


def test_an_anchor_that_is_not_given_stays(code: Code) -> None:
    anchor = datetime(2026, 1, 1, 6, tzinfo=UTC)
    code(timing=every(days=1, anchor_at=anchor))
    code(timing=every(hours=12))
    assert (row().anchor_at, row().interval_seconds) == (anchor, 43_200)


def test_a_field_that_code_no_longer_gives_gets_its_default(code: Code) -> None:
    code(tags=["billing"], max_retries=3, name="a reminder")
    assert code().outcome == "changed"
    assert (row().tags, row().max_retries, row().name) == ([], 0, KEY)


def test_a_field_that_a_person_has_changed_is_kept_and_told(
    code: Code, alice: User
) -> None:
    code(tags=["billing"], max_retries=1)
    change(alice, tags=["mine"])
    for _ in range(2):
        result = code(tags=["billing"], max_retries=1)
        assert result.outcome == "unchanged"
        (kept,) = result.kept
        assert (kept.field, kept.has, kept.wanted) == ("tags", ["mine"], ["billing"])
    result = code(tags=["other"], max_retries=2)
    assert (result.outcome, len(result.kept)) == ("changed", 1)
    assert (row().tags, row().max_retries) == (["mine"], 2)
    assert code(tags=["other"], max_retries=2).kept == result.kept


def test_force_overwrites_what_a_person_has_changed(code: Code, alice: User) -> None:
    code(tags=["billing"])
    change(alice, tags=["mine"], cron_expression="0 5 * * *")
    result = code(tags=["billing"], force=True)
    assert (result.outcome, result.kept) == ("changed", ())
    assert (row().tags, row().interval_seconds) == (["billing"], 86_400)
    assert code(tags=["billing"]) == code(tags=["billing"], force=True)


def test_the_timing_of_a_person_is_kept_as_a_whole(code: Code, alice: User) -> None:
    code()
    change(alice, cron_expression="0 5 * * *", timezone="Europe/Berlin")
    result = code(timing=once(datetime(2099, 1, 1, tzinfo=UTC), timezone="Asia/Tokyo"))
    assert {kept.field for kept in result.kept} == {
        *("schedule_type", "cron_expression", "run_at", "timezone"),
    }
    assert (row().cron_expression, row().timezone) == ("0 5 * * *", "Europe/Berlin")
    assert row().run_at is None


def test_what_a_person_has_set_and_code_never_gave_is_theirs(
    code: Code, alice: User
) -> None:
    code()
    change(alice, description="mine", end_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert code(max_retries=1).kept == ()
    assert (row().description, row().end_at.year) == ("mine", 2099)
    assert code(max_retries=1, description="ours").kept[0].has == "mine"


def test_a_paused_schedule_stays_paused(code: Code, alice: User) -> None:
    code()
    pause_schedule(row().pk, actor=Actor.person(alice), now=datetime.now(UTC))
    assert (code().outcome, code(force=True).status) == ("unchanged", "paused")
    changed = code(timing=every(hours=1), force=True)
    assert (changed.outcome, changed.status) == ("changed", "paused")
    assert row().next_run_at is None


def end(code: Code) -> datetime:
    """Let a single run be fired."""
    now = datetime.now(UTC).replace(microsecond=0)
    at = now - timedelta(minutes=1)
    with time_machine.travel(now - timedelta(hours=1)):
        code(timing=once(at))
    fire_due(now)
    assert row().status == "stopped"
    return at


def test_an_ended_schedule_is_not_revived_by_anything_but_a_new_timing(
    code: Code, redis: Redis
) -> None:
    at = end(code)
    before = ScheduledJob.objects.values().get(key=KEY)
    assert code(timing=once(at)).outcome == "unchanged"
    result = code(timing=once(at), max_runs=5, tags=["new"], force=True)
    assert (result.outcome, result.status) == ("unchanged", "stopped")
    assert {each.field for each in result.kept} == {"max_runs", "tags"}
    assert code(timing=once(at, jitter_seconds=5)).outcome == "unchanged"
    assert ScheduledJob.objects.values().get(key=KEY) == before


def test_a_new_timing_revives_an_ended_schedule(code: Code, redis: Redis) -> None:
    at = end(code)
    later = at + timedelta(days=1)
    result = code(timing=once(later), tags=["new"])
    assert (result.outcome, result.status) == ("revived", "active")
    assert (row().next_run_at, row().tags) == (later, ["new"])
    assert [verb for verb, _, _ in events()] == ["create", "complete", "revive"]
    with pytest.raises(InvalidSchedule) as refused:
        code(timing=once(at - timedelta(days=3)))
    assert refused.value.errors.keys() == {"run_at"}
    assert all(account.problems == [] for account in audit())


def test_a_key_of_another_owner_is_refused(code: Code, bob: User) -> None:
    code()
    flow = startable("of bob", bob)
    for force in (False, True):
        with pytest.raises(InvalidSchedule) as refused:
            code(owner=bob, workflow=flow, force=force)
        assert refused.value.errors.keys() == {"key"}
    assert row().owner.username == "alice"


def test_the_owner_must_be_allowed_to_run_the_workflow(code: Code, bob: User) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        code(workflow=startable("of bob", bob))
    assert refused.value.errors.keys() == {"workflow"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timing": "0 9 * * *"}, "timing"),
        ({"timing": cron("0 9 * *")}, "cron_expression"),
        ({"timing": cron("0 9 * * *", timezone="Moon")}, "timezone"),
        ({"timing": every(seconds=0)}, "interval_seconds"),
        ({"timing": once(datetime(2020, 1, 1, tzinfo=UTC))}, "run_at"),
        ({"owner": "alice"}, "owner"),
        ({"owner": User(username="unsaved")}, "owner"),
        ({"tags": "billing"}, "tags"),
        ({"trigger_payload": {"a": object()}}, "trigger_payload"),
        ({"workflow": None}, "workflow"),
        ({"overlap_policy": "perhaps"}, "overlap_policy"),
        ({"when_object_gone": "forget"}, "when_object_gone"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    code: Code, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        code(**fields)
    assert refused.value.errors.keys() == {field}
    assert not ScheduledJob.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\nb", "a\0b"])
def test_a_wrong_key_is_refused(code: Code, key: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        upsert(key, **code.fields)
    assert refused.value.errors.keys() == {"key"}


def test_rolled_back_there_is_neither_row_nor_alarm(
    code: Code, redis: Redis, django_capture_on_commit_callbacks: Any
) -> None:
    def fail() -> None:
        with transaction.atomic():
            code()
            raise LookupError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(LookupError):
        fail()
    assert not ScheduledJob.objects.exists()
    assert redis.zcard(ALARMS) == 0
    with django_capture_on_commit_callbacks(execute=True):
        code()
    assert redis.zscore(ALARMS, row().rq_job_id) == row().next_run_at.timestamp()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [[1] * 10, range(1, 11)])
def test_ten_threads_with_one_key_make_one_schedule(
    code: Code, redis: Redis, days: Any
) -> None:
    results = at_once(
        [lambda days=days: code(timing=every(days=days)) for days in days]
    )
    assert len({result.id for result in results}) == 1
    outcomes = [result.outcome for result in results]
    assert outcomes.count("created") == 1
    others = {"changed", "unchanged"} if len(set(days)) > 1 else {"unchanged"}
    assert {*outcomes} - {"created"} <= others
    assert ScheduleEvent.objects.filter(verb="create").count() == 1
    assert all(account.problems == [] for account in audit())


def test_a_schedule_that_was_stopped_is_made_anew(code: Code, alice: User) -> None:
    first = code()
    stop_schedule(first.id, actor=Actor.person(alice), now=datetime.now(UTC))
    again = code()
    assert (again.outcome, again.id == first.id) == ("created", False)


def test_a_person_who_resumes_it_has_changed_no_field(code: Code, alice: User) -> None:
    code()
    person, now = Actor.person(alice), datetime.now(UTC)
    pause_schedule(row().pk, actor=person, now=now)
    resume_schedule(row().pk, actor=person, now=now)
    assert (code().outcome, code().kept) == ("unchanged", ())


def test_the_owner_is_by_default_the_one_of_the_settings(
    code: Code, alice: User, ostinato: Any
) -> None:
    code.fields["owner"] = None
    for name in (None, "nobody", ["alice", "of the north"]):
        ostinato(OWNER=name)
        with pytest.raises(InvalidSchedule, match=r'OSTINATO\["OWNER"\]') as refused:
            code()
        assert refused.value.errors.keys() == {"owner"}
    ostinato(OWNER="alice")
    assert code().outcome == "created"
    assert row().owner == alice
    assert code(owner=alice).outcome == "unchanged"
