from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.admin.list.conditions import CONDITIONS
from schedules.models import ScheduledJob
from schedules.services import Actor, pause_schedule
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule


def test_a_row_shows_the_timing_in_words(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(cron_expression="0 9 * * mon-fri", timezone="Europe/Berlin")
    assert "At 09:00, Monday to Friday (Europe/Berlin)" in site.get(LIST).text


@pytest.mark.heavy
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=paused", {"resting"}),
        ("state=attention", {"daily"}),
        ("type=cron", {"daily"}),
        ("owner=me", set()),
        ("reason=by_user", {"resting"}),
        ("reason=failures", set()),
        ("outcome=none", {"daily", "resting"}),
        ("outcome=failed", set()),
        ("made_by=agent", set()),
        ("due=hour", {"daily"}),
        ("state=paused&type=cron", set()),
        ("status__exact=paused", {"resting"}),
        ("q=dai", {"daily"}),
        ("q=dai+ali", {"daily"}),
        ("q=%22dai+ali%22", set()),
        ("q=alice", {"daily", "resting"}),
        ("q=nobody", set()),
        ("status__exact=nonsense", set()),
        ("workflow__id__exact=nonsense", {"daily", "resting"}),
        *((f"{name}=nonsense", set()) for name in CONDITIONS),
        ("owner=99999999999999999999", set()),
        ("tag=%00", set()),
        ("object=%00", set()),
        ("p=999", {"daily", "resting"}),
        ("o=99.x.-7", {"daily", "resting"}),
        ("q=%00", {"daily", "resting"}),
    ],
)
def test_the_list_is_narrowed_and_survives_nonsense(
    site: Client, make_schedule: MakeSchedule, alice: User, query: str, names: set[str]
) -> None:
    make_schedule(name="daily", cron_expression="@daily")
    ScheduledJob.objects.update(next_run_at=NOON, next_tick_at=NOON)  # overdue
    resting = make_schedule(name="resting")
    pause_schedule(resting.pk, actor=Actor.person(alice), now=NOON)
    response = site.get(f"{LIST}?{query}", follow=True)
    assert response.status_code == 200
    assert {row.name for row in response.context["cl"].result_list} == names


@pytest.mark.heavy
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
