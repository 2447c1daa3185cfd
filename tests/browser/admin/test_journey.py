"""One day of an operator, in a real browser: from an empty list to an account of a bulk action."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from tests.graphs import startable

pytestmark = pytest.mark.xdist_group("one browser")


def test_a_schedule_is_made_paused_resumed_run_approved_and_paused_with_another(
    open_page: OpenPage, ostinato: Callable[..., None]
) -> None:
    ostinato(AGENTS_PROPOSE=True)
    page = open_page()
    log_in(page, "/admin/")
    boss = User.objects.get()
    startable("Invoice export", boss)
    assert_accessible(page)

    page.goto(f"{LIST}add/")
    page.get_by_label("Name", exact=True).fill("Nightly export")
    page.get_by_label("Workflow", exact=True).select_option(label="Invoice export")
    page.get_by_label("Cron expression").fill("30 2 * * *")
    expect(page.get_by_text("At 02:30 every day").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Create schedule").click()
    expect(page.locator("h1")).to_contain_text("Nightly export")

    _pause(page, note="bank holiday")
    expect(page.get_by_text("bank holiday").first).to_be_visible()
    _resume(page)
    page.get_by_role("button", name="Run now").click()
    expect(page.locator(".messagelist")).to_contain_text("Started a run")

    _propose(boss)
    page.goto(f"{LIST}approvals/")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Approved")

    page.goto(LIST)
    assert_accessible(page)
    page.get_by_label("Select Nightly export").check()
    page.get_by_label("Select Churn report").check()
    page.get_by_role("button", name="Pause…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2")
    page.get_by_role("button", name="Pause 2 schedules").click()
    expect(page.locator("main")).to_contain_text("Paused 2")
    assert ScheduledJob.objects.filter(status="paused").count() == 2


def _pause(page: Page, note: str) -> None:
    page.locator("summary", has_text="Pause…").click()
    page.get_by_label("Why?").fill(note)
    page.get_by_role("button", name="Pause now").click()
    expect(page.locator(".messagelist")).to_contain_text("Paused")


def _resume(page: Page) -> None:
    page.get_by_role("link", name="Resume…").click()
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Resumed")


def _propose(user: User) -> None:
    fields = {
        "name": "Churn report",
        "workflow": startable("Churn report", user),
        "cron_expression": "0 6 * * mon",
    }
    create_schedule(fields, actor=Actor.agent(user), now=timezone.now())
