"""Schedules that call, on their page and in the list: what they call is read there."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob
from tests.graphs import startable
from tests.permissions import CALLS, allow
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.form.forms import filled
from tests.schedules.calls import REMIND, TIDY, alice, callables, create
from tests.schedules.conftest import MakeSchedule
from workflows.callables import declarations

__all__ = ["alice", "callables"]


def test_the_page_shows_the_call_in_place_of_a_workflow(site: Client, alice: User):
    response = site.get(page(create(alice)))
    text = response.text
    assert REMIND in text
    assert response.context["adminform"].form["argument-customer"].value() == "Ada"
    assert 'name="workflow"' not in text
    assert 'name="trigger_payload"' not in text


def test_the_rest_of_the_schedule_can_be_changed_there(
    site: Client, boss: User, alice: User
) -> None:
    schedule = create(alice)
    sent = filled(site, page(schedule), name="renamed")
    assert site.post(page(schedule), sent).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.name, schedule.call) == ("renamed", REMIND)
    assert schedule.arguments == {"customer": "Ada"}


def test_a_copy_calls_the_same(site: Client, boss: User, alice: User):
    allow(boss, *CALLS)
    schedule = create(alice)
    sent = filled(site, page(schedule)) | {"_saveasnew": "Save as new"}
    assert site.post(page(schedule), sent).status_code == 302
    copied = ScheduledJob.objects.exclude(pk=schedule.pk).get()
    assert (copied.owner, copied.call) == (boss, REMIND)
    assert copied.arguments == schedule.arguments
    assert copied.workflow_id != schedule.workflow_id


def test_a_callable_that_is_gone_is_told_on_the_page(site: Client, alice: User):
    schedule = create(alice)
    declarations.by_name.pop(REMIND)
    assert "Nothing of this name may be called" in site.get(page(schedule)).text


def test_the_list_shows_what_runs_and_offers_no_workflow_that_the_system_made(
    site: Client, alice: User, make_schedule: MakeSchedule
) -> None:
    make_schedule(), create(alice, TIDY)
    make_schedule(workflow=startable("daily", alice))
    listed = site.get(LIST)
    assert TIDY in listed.text
    (offered,) = [
        [choice["display"] for choice in spec.choices(listed.context["cl"])]
        for spec in listed.context["cl"].filter_specs
        if spec.title == "Workflow"
    ]
    assert offered == ["Any", "daily", "nightly"]
    assert TIDY in site.get(f"{LIST}?q=calls.tidy").text


def test_a_picker_of_workflows_offers_none_that_the_system_made(
    site: Client, alice: User
) -> None:
    create(alice, TIDY)
    startable("daily", alice)
    asked = {
        "app_label": "ostinato_schedules",
        "model_name": "scheduledjob",
        "field_name": "workflow",
    }
    found = site.get("/admin/autocomplete/", asked).json()["results"]
    assert [each["text"] for each in found] == ["daily"]
