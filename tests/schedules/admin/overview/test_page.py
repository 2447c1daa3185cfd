from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    UserProfile,
)
from schedules.services import Actor, create_schedule, pause_schedule, update_schedule
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow, WorkflowExecution

ADDRESS = "/admin/ostinato_schedules/scheduledjob/overview/"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(clock: None) -> Any:
    """The pages are made shortly after noon."""
    with time_machine.travel(NOON + timedelta(seconds=10), tick=False):
        yield


def ran(
    schedule: ScheduledJob, minutes_ago: float, status: str, **fields: Any
) -> ScheduledRun:
    at = NOON - minutes_ago * MINUTE
    usual: dict[str, Any] = {
        "origin": "schedule",
        "started_at": at,
        "finished_at": None if status == "running" else at + timedelta(seconds=20),
        "failure_kind": "node" if status == "failed" else "",
    }
    if status == "running":
        usual |= {"token": uuid.uuid4(), "lease_until": NOON + MINUTE}
    if status in ("missed", "skipped"):
        usual |= {"started_at": None, "finished_at": None, "reason": "window"}
    return ScheduledRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        scheduled_for=at,
        due_at=at,
        status=status,
        created_at=at,
        **usual | fields,
    )


def links(text: str) -> dict[str, str]:
    """The addresses of the links by their words."""
    found = re.findall(r'<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>', text, re.DOTALL)
    plain = {re.sub(r"<[^>]*>|\s+", " ", words).strip(): href for href, words in found}
    return {
        " ".join(words.split()): href.replace("&amp;", "&")
        for words, href in plain.items()
    }


def panel(page: Any, anchor: str) -> Any:
    return next(each for each in page.context["panels"] if each.anchor == anchor)


def rows_of(panel: Any) -> list[Any]:
    return [shown.row for shown in panel.rows]


def test_a_new_site_is_led_to_its_first_schedule(site: Client) -> None:
    text = site.get(ADDRESS).text
    assert "No schedules yet" in text
    assert links(text)["New schedule"].endswith("/scheduledjob/add/")
    assert "Next hour" not in text
    assert text.count("o-btn--main") == 1


def test_every_number_leads_to_the_list_that_it_counts(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="stock")
    ran(schedule, 5, "failed")
    ran(schedule, 6, "missed")
    ran(schedule, 7, "succeeded")
    actor = Actor.person(alice)
    paused = make_schedule(name="paused one")
    pause_schedule(paused.pk, actor=actor, now=NOON)
    found = links(site.get(ADDRESS).text)
    assert found["1 Active"].endswith("/scheduledjob/?state=active")
    assert found["1 Paused"].endswith("/scheduledjob/?state=paused")
    assert found["59 runs from 1 schedule"].endswith("/scheduledjob/?due=hour")
    assert found["Audit trail"].endswith("/scheduleevent/")
    for words, status in (
        ("1 succeeded", "succeeded"),
        ("1 failed", "failed"),
        ("1 missed", "missed"),
    ):
        listed = site.get(found[words]).context["cl"]
        assert [run.status for run in listed.result_list] == [status]
    assert site.get(found["11:00"]).context["cl"].result_count == 3
    assert site.get(found["10:00"]).context["cl"].result_count == 0


def test_what_fails_shows_its_error_and_how_often(
    site: Client, make_schedule: MakeSchedule
) -> None:
    for number in range(6):
        make_schedule(name=f"job {number}")
    for number in range(1, 6):
        ScheduledJob.objects.filter(name=f"job {number}").update(
            consecutive_failures=number, last_error=f"HTTP 50{number}\nTraceback"
        )
    failing = panel(site.get(ADDRESS), "failing")
    assert failing.number == 4
    assert [(row.name, row.note, row.end) for row in rows_of(failing)] == [
        ("job 5", "HTTP 505", "5 in a row"),
        ("job 4", "HTTP 504", "4 in a row"),
        ("job 3", "HTTP 503", "3 in a row"),
        ("job 2", "HTTP 502", "2 in a row"),
    ]
    assert failing.address.endswith("?state=failing")


def test_what_is_overdue_and_what_is_stuck_stand_together(
    site: Client, make_schedule: MakeSchedule
) -> None:
    late = make_schedule(name="late")
    ScheduledJob.objects.filter(pk=late.pk).update(
        next_run_at=NOON - timedelta(seconds=38), next_tick_at=NOON
    )
    slow = make_schedule(name="slow")
    for minutes in (100, 110, 120):
        ran(slow, minutes, "succeeded")
    stuck = ran(slow, 51, "running")
    usual = make_schedule(name="usual")
    for minutes in (100, 110, 120):
        ran(usual, minutes, "succeeded", finished_at=NOON)
    ran(usual, 51, "running")
    found = panel(site.get(ADDRESS), "late")
    assert found.number == 2
    assert [(row.name, row.note, row.end) for row in rows_of(found)] == [
        ("late", "Due 11:59:22, not started yet", "48 s"),
        ("slow", "Running for 51 min 10 s, usually 20.0 s", ""),
    ]
    assert [shown.address for shown in found.rows] == [
        reverse("admin:ostinato_schedules_scheduledjob_change", args=[late.pk]),
        reverse("admin:ostinato_schedules_scheduledrun_change", args=[stuck.pk]),
    ]


def test_what_is_stuck_is_cancelled_from_the_overview_by_who_may(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    slow = make_schedule(name="slow")
    for minutes in (100, 110, 120):
        ran(slow, minutes, "succeeded")
    execution = WorkflowExecution.objects.create(
        workflow_name="nightly", owner=alice, status="running", started_at=NOON
    )
    run = ran(slow, 51, "running", execution=execution)
    cancel = reverse("admin:ostinato_schedules_scheduledrun_cancel", args=[run.pk])
    assert f'action="{cancel}"' in site.get(ADDRESS).text
    user = User.objects.create_user("staff", is_staff=True)
    codes = ["view_scheduledjob", "view_scheduledrun"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(user)
    text = client.get(ADDRESS).text
    assert "Running for 51 min" in text
    assert cancel not in text


def test_what_is_overdue_and_fails_is_not_said_to_work(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(NOON - timedelta(hours=2), interval_seconds=60)
    ScheduledJob.objects.update(
        next_run_at=NOON - timedelta(hours=1), consecutive_failures=6
    )
    failing = panel(site.get(ADDRESS), "failing")
    assert failing.number == 0
    assert failing.none == "No schedule that runs on time is failing."


def test_a_proposal_says_what_it_would_do_and_for_whom(
    site: Client, workflow: Workflow, alice: User
) -> None:
    execution = WorkflowExecution.objects.create(
        workflow=workflow, workflow_name="Plan reports", owner=alice
    )
    UserProfile.objects.create(user=alice, agents_propose=True)
    agent = Actor.agent(alice, execution_id=execution.pk)
    create_schedule(
        {
            "name": "churn",
            "workflow": workflow,
            "cron_expression": "0 6 * * 1",
            "end_at": NOON + timedelta(days=30),
        },
        actor=agent,
        now=NOON,
    )
    page = site.get(ADDRESS)
    (row,) = rows_of(panel(page, "asked"))
    assert row.name == "churn"
    assert row.note == "At 06:00 on Mondays (UTC)"
    assert row.end == "for alice"
    assert "An agent for alice</b> proposed it" in page.text
    (source,) = (
        address
        for words, address in links(page.text).items()
        if words.startswith("Plan reports, ")
    )
    assert source.endswith(f"/workflowexecution/{execution.pk}/change/")


def test_changes_show_what_was_before(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="<b>bold</b>")
    actor = Actor.person(alice)
    update_schedule(schedule.pk, {"max_retries": 3}, actor=actor, now=NOON)
    pause_schedule(schedule.pk, actor=actor, now=NOON, note="<i>why</i>")
    text = site.get(ADDRESS).text
    assert "<del>0</del>" in text
    assert "<ins>3</ins>" in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "&lt;i&gt;why&lt;/i&gt;" in text
    assert "<b>bold" not in text
    assert "<i>why" not in text


def test_a_clock_change_is_announced_with_what_it_moves(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    eve = datetime(2026, 3, 28, 22, 42, tzinfo=UTC)
    make_schedule(
        eve - timedelta(days=1), cron_expression="30 2 * * *", timezone="Europe/Berlin"
    )
    UserProfile.objects.create(user=boss, timezone="Europe/Berlin")
    with time_machine.travel(eve, tick=False):
        text = " ".join(site.get(ADDRESS).text.split())
    assert "Saturday 28 March 2026, 23:42 in Berlin. Clocks go forward tonight;" in text
    assert "1 schedule is affected</a>." in text
    with time_machine.travel(eve - timedelta(days=5), tick=False):
        assert "Clocks go" not in site.get(ADDRESS).text


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("may", "shown", "hidden"),
    [
        ((), ["Health"], ["Next hour", "Runs per hour", "Recent changes", "59 runs"]),
        (("view_scheduledjob",), ["Next hour"], ["Runs per hour", "Recent changes"]),
        (("view_scheduledrun",), ["Runs per hour"], ["Next hour", "Recent changes"]),
        (("view_scheduleevent",), ["Recent changes"], ["Next hour", "Runs per hour"]),
    ],
)
def test_everyone_sees_what_they_may_see_the_list_of(
    make_schedule: MakeSchedule,
    may: tuple[str, ...],
    shown: list[str],
    hidden: list[str],
) -> None:
    ran(make_schedule(), 5, "succeeded")
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client = Client()
    client.force_login(user)
    text = client.get(ADDRESS).text
    for words in shown:
        assert words in text
    for words in hidden:
        assert words not in text
    assert "New schedule" not in text


def test_only_staff_see_the_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(ADDRESS)
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


@pytest.mark.heavy
@pytest.mark.both_databases
def test_the_number_of_queries_is_the_same_for_any_number_of_rows(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    def fill(number: int) -> None:
        for place in range(number):
            schedule = make_schedule(
                name=f"job {place}", cron_expression=f"{place} * * * *"
            )
            ran(schedule, 5, "failed")
            for minutes in (60, 70, 80):
                ran(schedule, minutes, "succeeded")
            ran(schedule, 40, "running")
        overdue = ScheduledJob.objects.values_list("pk", flat=True)[: number // 2]
        ScheduledJob.objects.filter(pk__in=list(overdue)).update(
            next_run_at=NOON - MINUTE
        )
        ScheduledJob.objects.update(consecutive_failures=number)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(ADDRESS).status_code == 200
        return len(captured)

    fill(3)
    queries()  # what is asked once in a process
    few = queries()
    fill(12)
    assert queries() == few
    assert few <= 32
