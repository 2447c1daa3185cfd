from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schedules.models import ScheduledRun, ScheduleEpoch, ScheduleEvent, UserProfile
from schedules.services import Actor, run_now, stop_schedule
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire, start
from workflows.models import WorkflowExecution

MODELS = ["scheduledrun", "scheduleevent", "scheduleepoch"]


def address(model: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:ostinato_schedules_{model}_{verb}", args=args)


def rows_of(model: str) -> list[object]:
    tables = (ScheduledRun, ScheduleEvent, ScheduleEpoch)
    table = dict(zip(MODELS, tables, strict=True))[model]
    return list(table.objects.all())


@pytest.fixture
def history(make_schedule: MakeSchedule, alice: User) -> ScheduledRun:
    schedule = make_schedule(cron_expression="@daily", timezone="Asia/Kathmandu")
    return run_now(schedule.pk, actor=Actor.person(alice), now=NOON, note="at once")


@pytest.mark.heavy
@pytest.mark.parametrize("model", MODELS)
def test_history_can_be_read_and_not_changed(
    site: Client, history: ScheduledRun, model: str
) -> None:
    row = rows_of(model)[0]
    change, delete = (address(model, verb, row.pk) for verb in ("change", "delete"))
    assert site.get(address(model)).status_code == 200
    assert site.get(change).status_code == 200
    assert site.post(change, {"status": "failed", "note": "x"}).status_code == 403
    assert site.post(delete, {"post": "yes"}).status_code == 403
    assert site.get(address(model, "add")).status_code == 403
    assert row in rows_of(model)


def test_a_skipped_tick_shows_what_was_open(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire(1, 2)
    start(schedule, 1)
    fire(3)
    page = site.get(address("scheduledrun")).content.decode()
    assert "an earlier run was still waiting in the queue" in page
    assert "an earlier run was still running" in page


def test_failed_runs_are_listed_by_kind(site: Client, history: ScheduledRun) -> None:
    ScheduledRun.objects.update(status="failed", failure_kind="lost")
    schedule = reverse(
        "admin:ostinato_schedules_scheduledjob_change", args=[history.schedule_id]
    )
    for page in (address("scheduledrun"), schedule):
        assert "its worker stopped" in site.get(page).text
    for kind, count in (("lost", 1), ("node", 0)):
        page = site.get(address("scheduledrun"), {"failure_kind__exact": kind})
        assert page.context["cl"].result_count == count


@pytest.mark.parametrize("model", MODELS)
def test_history_needs_its_own_permission(make_staff, history, model: str) -> None:
    staff = make_staff("view", "change")
    assert staff.get(address(model)).status_code == 403


def test_a_run_shows_its_times_on_the_clock_of_the_user_and_leads_to_its_schedule(
    site: Client, boss: User, history: ScheduledRun
) -> None:
    UserProfile.objects.create(user=boss, timezone="Asia/Kathmandu")
    for page in (
        address("scheduledrun"),
        address("scheduledrun", "change", history.pk),
    ):
        text = site.get(page).text
        assert "17:45" in text
        assert (
            f"/admin/ostinato_schedules/scheduledjob/{history.schedule_id}/change/"
            in text
        )


def test_a_run_leads_to_its_execution(
    site: Client, history: ScheduledRun, alice: User
) -> None:
    history.execution = WorkflowExecution.objects.create(
        workflow_name="nightly", owner=alice
    )
    history.save(update_fields=["execution"])
    execution = reverse(
        "admin:ostinato_workflows_workflowexecution_change",
        args=(history.execution_id,),
    )
    schedule = f"/admin/ostinato_schedules/scheduledjob/{history.schedule_id}/change/"
    run = address("scheduledrun", "change", history.pk)
    for page in (run, schedule):
        assert execution in site.get(page).text
    assert run in site.get(execution).text


def test_what_a_deleted_schedule_left_keeps_its_name_and_id(
    site: Client, history: ScheduledRun, alice: User
) -> None:
    stop_schedule(history.schedule_id, actor=Actor.person(alice), now=NOON)
    for model in MODELS:
        for page in (
            address(model),
            address(model, "change", rows_of(model)[0].pk),
        ):
            text = site.get(page).text
            assert f"{history.schedule_id} (deleted)" in text
    assert "job" in site.get(address("scheduledrun")).text


@pytest.mark.heavy
def test_runs_are_narrowed_by_status_origin_and_schedule(
    site: Client, history: ScheduledRun, make_schedule: MakeSchedule, alice: User
) -> None:
    other = make_schedule(name="other")
    run_now(other.pk, actor=Actor.person(alice), now=NOON)

    def found(query: str) -> int:
        response = site.get(f"{address('scheduledrun')}?{query}", follow=True)
        return len(response.context["cl"].result_list)

    assert found("") == 2
    assert found("status__exact=pending&origin__exact=manual") == 2
    assert found("status__exact=failed") == 0
    assert found(f"schedule__id__exact={other.pk}") == 1
    assert found("schedule__id__exact=nonsense") == 2
    assert found("q=other") == 1


@pytest.mark.heavy
@pytest.mark.parametrize("model", MODELS)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    site: Client,
    history: ScheduledRun,
    make_schedule: MakeSchedule,
    alice: User,
    model: str,
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(address(model)).status_code == 200
        return len(captured)

    few = queries()
    for _ in range(10):
        run_now(make_schedule().pk, actor=Actor.person(alice), now=NOON)
    assert queries() == few
