"""**Save as new** copies a schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob, Status
from schedules.services import fire_due
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.form.forms import filled, save
from tests.schedules.conftest import NOON, MakeSchedule

ADD = f"{LIST}add/"


def copy(site: Client, schedule: ScheduledJob, **changes: object) -> ScheduledJob:
    sent = filled(site, page(schedule), **changes)
    del sent["status"]  # which that page does not show
    response = site.post(page(schedule), sent | {"_saveasnew": "Save as new"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    return ScheduledJob.objects.order_by("-created_at", "id")[0]


@pytest.mark.heavy
def test_save_as_new_copies_a_schedule_under_a_name_of_its_own(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        cron_expression="0 9 * * *",
        timezone="Asia/Tokyo",
        tags=["a"],
        trigger_payload={"name": "you"},
        max_retries=3,
    )
    first = copy(site, schedule)
    assert (first.name, first.owner, first.status) == ("job (copy)", boss, "active")
    assert copy(site, first).name == "job (copy 2)"
    assert copy(site, schedule, name="mine").name == "mine"
    named = make_schedule(name="job (copyright)")
    assert copy(site, named).name == "job (copyright) (copy)"
    assert (first.cron_expression, first.timezone) == ("0 9 * * *", "Asia/Tokyo")
    assert (first.tags, first.max_retries) == (["a"], 3)
    assert first.trigger_payload == {"name": "you"}
    assert (first.fired_count, first.version, first.epoch) == (0, 1, 1)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.version) == ("job", 1)


def test_the_name_of_a_copy_is_never_too_long(
    site: Client, make_schedule: MakeSchedule
) -> None:
    assert copy(site, make_schedule(name="x" * 200)).name == "x" * 193 + " (copy)"


def test_the_copy_of_a_paused_schedule_is_paused(
    site: Client, make_schedule: MakeSchedule
) -> None:
    assert copy(site, make_schedule(status="paused")).status == "paused"


@pytest.mark.heavy
def test_a_schedule_that_ended_is_copied(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    made = copy(site, schedule, run_at="2099-01-01T09:00:00")
    assert (made.name, made.status) == ("job (copy)", "active")
    assert ScheduledJob.objects.get(pk=schedule.pk).status == Status.STOPPED
    # A time that has passed is a fault of the form, and nothing is made.
    sent = filled(site, page(schedule)) | {"_saveasnew": "Save as new"}
    problems = site.post(page(schedule), sent).context["adminform"].form.errors
    assert "passed" in problems["run_at"][0]
    assert ScheduledJob.objects.count() == 2


def test_a_link_opens_the_form_of_a_new_one_with_the_values_of_another(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    source = make_schedule(
        cron_expression="0 9 * * *",
        timezone="Asia/Tokyo",
        end_at=datetime(2099, 1, 1, tzinfo=UTC),
        tags=["a"],
        max_retries=3,
    )
    address = f"{ADD}?copy={source.pk}"
    shown = filled(site, address)
    assert (shown["name"], shown["end_at"]) == ("job (copy)", "2099-01-01T09:00:00")
    assert save(site, address) == {}
    made = ScheduledJob.objects.get(name="job (copy)")
    names = ("cron_expression", "timezone", "end_at", "tags", "max_retries", "workflow")
    for name in names:
        assert getattr(made, name) == getattr(source, name)
    assert made.owner == boss


def test_a_link_to_copy_what_is_not_there_opens_an_empty_form(site: Client) -> None:
    assert filled(site, f"{ADD}?copy=nonsense")["name"] == ""
