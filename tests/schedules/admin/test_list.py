from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.models import Origin, RunStatus, ScheduledJob, ScheduledRun
from schedules.services import Actor, pause_schedule
from tests.graphs import startable
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow


def write_run(schedule: ScheduledJob, minute: int, status: RunStatus) -> ScheduledRun:
    at = NOON + timedelta(minutes=minute)
    return ScheduledRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        origin=Origin.SCHEDULE,
        scheduled_for=at,
        due_at=at,
        status=status,
        failure_kind="node" if status == RunStatus.FAILED else "",
        created_at=at,
    )


def test_a_row_shows_the_timing_in_words(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(cron_expression="0 9 * * mon-fri", timezone="Europe/Berlin")
    assert "At 09:00, Monday to Friday (Europe/Berlin)" in site.get(LIST).text


def test_the_next_run_is_shown_in_the_schedules_zone_and_in_utc(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(cron_expression="0 9 * * *", timezone="Asia/Kathmandu")
    text = site.get(LIST).text
    assert "Tue 2026-11-24 09:00:00</span> <span>Asia/Kathmandu" in text
    assert "Tue 2026-11-24 03:15:00 UTC" in text


def test_the_last_outcome_is_that_of_the_newest_row_of_the_ledger(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    newest = write_run(schedule, 2, RunStatus.FAILED)
    write_run(schedule, 1, RunStatus.SUCCEEDED)
    text = site.get(LIST).text
    assert "badge-failed" in text
    assert "badge-succeeded" not in text
    assert f"/admin/ostinato_schedules/scheduledrun/{newest.pk}/change/" in text


def test_a_row_shows_why_it_is_paused_even_without_a_note(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="nightly report")
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    assert '<span class="quiet">by a person</span>' in site.get(LIST).text
    assert schedule.name in site.get(f"{LIST}?reason_code__exact=by_user").text
    assert schedule.name not in site.get(f"{LIST}?reason_code__exact=failures").text


def test_the_buttons_are_those_of_the_state(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    active = site.get(LIST).text
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON, note="a reason")
    paused = site.get(LIST).text
    assert page(schedule, "pause") in active
    assert page(schedule, "resume") not in active
    assert page(schedule, "resume") in paused
    assert page(schedule, "pause") not in paused
    assert page(schedule, "run") in active
    assert page(schedule, "run") in paused
    assert "a reason" in paused


def test_the_number_of_queries_does_not_grow_with_the_rows(
    site: Client, make_schedule: MakeSchedule, workflow: Workflow
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(LIST).status_code == 200
        return len(captured)

    write_run(make_schedule(), 1, RunStatus.SUCCEEDED)
    few = queries()
    for number in range(20):
        other = startable(f"w{number}", workflow.owner)
        write_run(make_schedule(workflow=other), 1, RunStatus.FAILED)
    assert queries() == few


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status__exact=paused", {"resting"}),
        ("schedule_type__exact=cron", {"daily"}),
        ("q=dai", {"daily"}),
        ("q=alice", {"daily", "resting"}),
        ("q=nobody", set()),
        ("status__exact=nonsense", set()),
        ("workflow__id__exact=nonsense", {"daily", "resting"}),
        ("p=999", {"daily", "resting"}),
        ("o=99.x.-7", {"daily", "resting"}),
        ("q=%00", {"daily", "resting"}),
    ],
)
def test_the_list_is_narrowed_and_survives_nonsense(
    site: Client, make_schedule: MakeSchedule, alice: User, query: str, names: set[str]
) -> None:
    make_schedule(name="daily", cron_expression="@daily")
    resting = make_schedule(name="resting")
    pause_schedule(resting.pk, actor=Actor.person(alice), now=NOON)
    response = site.get(f"{LIST}?{query}", follow=True)
    assert response.status_code == 200
    assert {row.name for row in response.context["cl"].result_list} == names


def test_a_zone_that_is_gone_does_not_break_the_page(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="@daily")
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    assert "Invalid timing: " in site.get(LIST).text
    assert site.get(page(schedule)).status_code == 200


def test_what_people_typed_is_escaped(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="<script>alert(1)</script>")
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON, note="<img src=x>")
    for address in (LIST, page(schedule), page(schedule, "delete")):
        text = site.get(address).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_without_the_permission_to_view_there_is_no_list(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    assert make_staff().get(LIST).status_code == 403


def test_who_may_only_view_gets_no_buttons_and_no_actions(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    text = make_staff("view").get(LIST).text
    assert schedule.name in text
    assert "formaction" not in text
    assert 'value="pause"' not in text


def test_an_address_with_nonsense_leads_home(site: Client) -> None:
    for address in (f"{LIST}nonsense/change/", f"{LIST}{'0' * 32}/change/"):
        assert site.get(address).status_code == 302
    assert (
        site.get(f"{LIST}add/?run_at=x&workflow=y&trigger_payload=%7B").status_code
        == 200
    )


def test_a_single_run_is_shown_in_its_time_zone(
    site: Client, make_schedule: MakeSchedule
) -> None:
    at = datetime(2099, 7, 1, 7, tzinfo=UTC)
    make_schedule(run_at=at, timezone="Europe/Berlin")
    listed = site.get(LIST).text
    assert "Once, on 2099-07-01 at 09:00 (Europe/Berlin), which is 07:00 UTC" in listed


def test_the_style_sheet_fits_the_classes_of_the_page(site: Client) -> None:
    path = finders.find("schedules/admin.css")
    classes = set(re.findall(r"\.((?:app|model)-\w+)", Path(path).read_text()))
    assert classes
    assert classes <= set(re.findall(r"[\w-]+", site.get(LIST).text))
