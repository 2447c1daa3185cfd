"""What people see and may do who have few rights, in a real browser."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob, UserProfile
from schedules.services import Actor, create_schedule
from tests.browser.admin.site_pages import EVENTS, RUNS, SCHEDULES, WORKFLOWS
from tests.browser.conftest import OpenPage
from tests.browser.sign_in import sign_in
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
NOT_FOR_OPERATORS = re.compile(
    r"\s*(Edit|Delete|Approve|Decline|Backfill past|Save|New schedule|Tag…|Import)"
)


@pytest.fixture
def schedule(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(timezone.now(), name="invoices", cron_expression="0 3 * * *")


@pytest.fixture
def proposal(alice: User, workflow: Workflow) -> ScheduledJob:
    UserProfile.objects.create(user=alice, agents_propose=True)
    fields = {"name": "report", "workflow": workflow, "cron_expression": "0 3 * * *"}
    return create_schedule(fields, actor=Actor.agent(alice), now=timezone.now())


def opened_by(open_page: OpenPage, *groups: str) -> Page:
    user = User.objects.create_user("olga", password="olga-password", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    page = open_page(refusals=[403])
    sign_in(page, "/admin/", "olga")
    return page


def posted(page: Page, address: str, **fields: str) -> int:
    """The status of the answer to a form that no page offers."""
    token = next(
        each["value"] for each in page.context.cookies() if each["name"] == "csrftoken"
    )
    headers = {"X-CSRFToken": token}
    sent = page.request.post(address, headers=headers, form=dict(fields))
    return sent.status


def test_an_operator_pauses_with_a_note_and_changes_nothing_else(
    open_page: OpenPage, schedule: ScheduledJob, proposal: ScheduledJob
) -> None:
    page = opened_by(open_page, "Schedule operators")
    for address in (
        SCHEDULES,
        f"{SCHEDULES}{schedule.pk}/change/",
        f"{SCHEDULES}{proposal.pk}/change/",
        f"{SCHEDULES}approvals/",
        f"{SCHEDULES}load/",
        RUNS,
        EVENTS,
        WORKFLOWS,
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        # Those in closed menus too, but for the choices of filters.
        offered = page.locator("main :is(a, button):not(.o-filter *)")
        assert not [
            text
            for text in offered.all_text_contents()
            if NOT_FOR_OPERATORS.match(text)
        ], address
        expect(page.locator("main input[name=name], main [name=_save]")).to_have_count(
            0
        )

    page.goto(f"{SCHEDULES}{schedule.pk}/change/")
    page.locator("summary", has_text="Pause…").click()
    page.get_by_label("Why?").fill("bank holiday")
    page.get_by_role("button", name="Pause now").click()
    state = page.get_by_role("region", name="State")
    expect(state).to_contain_text("olga paused it")
    expect(state).to_contain_text("bank holiday")
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(state).to_contain_text("Active since")


def test_the_addresses_of_what_an_operator_may_not_do_refuse(
    open_page: OpenPage, schedule: ScheduledJob, proposal: ScheduledJob
) -> None:
    page = opened_by(open_page, "Schedule operators")
    page.goto(SCHEDULES)
    own, proposed = f"{SCHEDULES}{schedule.pk}/", f"{SCHEDULES}{proposal.pk}/"
    refused = {
        address: posted(page, address, name="stolen", post="yes")
        for address in (
            f"{own}change/",
            f"{own}delete/",
            f"{own}backfill/",
            f"{proposed}approve/",
            f"{proposed}decline/",
            f"{SCHEDULES}add/",
        )
    }
    assert set(refused.values()) == {403}, refused
    for address in (f"{own}delete/", f"{SCHEDULES}add/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403
    chosen = f"{proposal.pk}:{proposal.version}"
    posted(page, f"{SCHEDULES}approvals/", decision="approve", chosen=chosen)
    posted(page, SCHEDULES, action="delete", _selected_action=str(schedule.pk))
    schedule.refresh_from_db()
    proposal.refresh_from_db()
    assert (schedule.name, schedule.status) == ("invoices", "active")
    assert proposal.awaits_approval


def test_a_person_without_rights_sees_nothing_of_others(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = opened_by(open_page)
    expect(page.locator("body")).not_to_contain_text("invoices")
    own = f"{SCHEDULES}{schedule.pk}/"
    for address in (SCHEDULES, RUNS, EVENTS, WORKFLOWS, f"{SCHEDULES}add/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403, address
    page.goto("/admin/")
    statuses = {
        verb: posted(page, f"{own}{verb}/")
        for verb in ("pause", "resume", "run", "change", "delete")
    }
    assert set(statuses.values()) <= {403, 404}, statuses
    schedule.refresh_from_db()
    assert schedule.status == "active"
