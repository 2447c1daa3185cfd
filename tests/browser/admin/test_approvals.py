"""The inbox of proposals in a real browser: deciding about one and many, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from schedules.models import ScheduledJob, ScheduleEvent, UserProfile
from schedules.services import Actor, create_schedule
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
INBOX = f"{LIST}approvals/"
Propose = Callable[[str], ScheduledJob]


@pytest.fixture
def propose(alice: User, workflow: Workflow) -> Propose:
    UserProfile.objects.create(user=alice, agents_propose=True)

    def make(name: str) -> ScheduledJob:
        fields = {
            "name": name,
            "workflow": workflow,
            "cron_expression": "0 3 * * *",
            "description": f"Because of {name}.",
            "trigger_payload": {"who": name},
        }
        then = timezone.now() - timedelta(minutes=20)
        return create_schedule(fields, actor=Actor.agent(alice), now=then)

    return make


def test_a_proposal_is_read_and_approved_with_a_note(
    open_page: OpenPage, propose: Propose
) -> None:
    propose("first")
    second = propose("second")
    page = open_page()
    log_in(page, INBOX)
    page.locator(".o-inbox__row").nth(1).get_by_role("link").click()
    card = page.get_by_role("article", name="second")
    expect(card).to_contain_text("Because of second.")
    card.get_by_text("Payload, 1 field").click()
    expect(card).to_contain_text('"who": "second"')
    card.get_by_text("Approve with a note…").click()
    card.get_by_label("Why?").locator("visible=true").fill("checked with finance")
    card.get_by_role("button", name="Approve", exact=True).locator(
        "visible=true"
    ).last.click()
    expect(page.locator(".messagelist")).to_contain_text("Approved “second”.")
    second.refresh_from_db()
    assert (second.status, second.awaits_approval) == ("active", False)
    page.get_by_role("link", name="Decided").click()
    expect(page.locator(".o-events")).to_contain_text("checked with finance")


def test_those_ticked_are_declined_and_enter_decides_nothing(
    open_page: OpenPage, propose: Propose
) -> None:
    for name in ("one", "two", "three"):
        propose(name)
    page = open_page()
    log_in(page, INBOX)
    decline = page.get_by_role("button", name="Decline them")
    expect(decline).to_be_hidden()
    page.get_by_label("Select one").check()
    page.get_by_label("Select three").check()
    note = page.locator("#many-note")
    note.fill("not this quarter")
    note.press("Enter")
    assert ScheduledJob.objects.count() == 3
    decline.click()
    expect(page.locator(".messagelist")).to_contain_text("Declined 2 proposals.")
    assert ScheduledJob.objects.get().name == "two"
    notes = ScheduleEvent.objects.filter(verb="decline").values_list("note", flat=True)
    assert [*notes] == ["not this quarter"] * 2


def test_everything_works_without_script(
    chromium: Browser, live_server: LiveServer, propose: Propose
) -> None:
    propose("one")
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, INBOX)
    page.get_by_text("Decline…").click()
    page.locator("#decline-note").fill("no")
    page.get_by_role("button", name="Decline and delete").click()
    expect(page.get_by_text("Nothing to approve")).to_be_visible()
    assert not ScheduledJob.objects.exists()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_inbox_is_accessible_and_fits_every_width(
    open_page: OpenPage, propose: Propose, scheme: str
) -> None:
    propose("one")
    propose("a <b>bold</b> 🎉 plan " + "x" * 170)
    page = open_page(scheme=scheme)
    log_in(page, INBOX)
    page.locator(".o-inbox__row").nth(1).get_by_role("link").click()
    page.locator(".o-inbox__tick input").first.check()
    check_every_width(page)
    page.goto(f"{INBOX}?show=decided")
    check_every_width(page)


def check_every_width(page: Page) -> None:
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(page)
