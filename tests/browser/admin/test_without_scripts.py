"""Without JavaScript every page reads and every button works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules import Schedule, every, upsert
from schedules.models import SavedView, ScheduledJob, ScheduledRun, UserProfile
from schedules.services import Actor, create_schedule, pause_schedule
from tests.browser.admin.site_pages import sample_pages
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
MANY = 510  # more than one request does
SECONDS = 60_000


def opened(open_page: OpenPage, address: str) -> Page:
    page = open_page(scripts=False)
    log_in(page, address)
    return page


def told(page: Page, text: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(text)


def test_every_page_reads(open_page: OpenPage) -> None:
    pages = sample_pages(timezone.now())
    page = opened(open_page, "/admin/")
    silent = []
    for what, address in pages.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, what
        expect(page.locator("h1").first).to_be_visible()
        said = page.locator("main").inner_text()
        # More than the heading, and nothing that says "Loading".
        if len(said.split()) < 5 or "Loading" in said:
            silent.append(what)
    assert silent == []


def test_a_schedule_is_paused_resumed_run_and_exported(
    open_page: OpenPage, make_schedule: MakeSchedule
) -> None:
    now = timezone.now()
    schedule = make_schedule(now - timedelta(hours=5), interval_seconds=3_600)
    pause_schedule(
        schedule.pk,
        actor=Actor.person(schedule.owner),
        now=now - timedelta(hours=4, minutes=30),
    )
    page = opened(open_page, f"{LIST}{schedule.pk}/change/")
    page.locator("#resume").get_by_text("Run the latest").click()
    page.locator("#resume-note").fill("they are back")
    page.get_by_role("button", name="Resume", exact=True).click()
    told(page, "Resumed")
    assert ScheduledRun.objects.filter(origin="catch_up").count() == 1

    page.locator("summary", has_text="Pause…").click()
    page.get_by_label("Why?").fill("bank holiday")
    page.get_by_role("button", name="Pause now").click()
    told(page, "Paused")
    expect(page.locator("#trail")).to_contain_text("bank holiday")

    page.get_by_role("button", name="Run now").first.click()
    told(page, "Started a run")
    assert ScheduledRun.objects.filter(origin="manual").count() == 1

    page.locator(".o-head summary[aria-label=More]").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as YAML").click()
    assert download.value.suggested_filename == "job.yaml"


def test_a_proposal_is_approved_on_its_page(
    open_page: OpenPage, alice: User, workflow: Workflow
) -> None:
    UserProfile.objects.create(user=alice, agents_propose=True)
    fields = {"name": "report", "workflow": workflow, "cron_expression": "0 3 * * *"}
    proposal = create_schedule(fields, actor=Actor.agent(alice), now=timezone.now())
    page = opened(open_page, f"{LIST}{proposal.pk}/change/")
    page.get_by_role("button", name="Approve", exact=True).click()
    told(page, "Approved")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.awaits_approval) == ("active", False)


def test_more_than_500_are_paused_slice_by_slice(
    open_page: OpenPage, alice: User, workflow: Workflow
) -> None:
    upsert(
        Schedule(
            f"feed-{number}",
            timing=every(hours=1),
            workflow=workflow,
            owner=alice,
            name=f"feed {number}",
        )
        for number in range(MANY)
    )
    page = opened(open_page, LIST)
    page.locator(".action-select").first.check()
    bar = page.locator(".o-bulk")
    bar.get_by_label(f"Select all {MANY} that match").check()
    bar.get_by_role("button", name="Pause…").click()
    page.get_by_label("Note").fill("maintenance")
    page.get_by_role("button", name=f"Pause {MANY} schedules").click(timeout=SECONDS)
    go_on = page.get_by_role("button", name="Continue")
    expect(go_on).to_be_visible(timeout=SECONDS)
    while go_on.count():
        with page.expect_navigation(timeout=SECONDS):
            go_on.click(timeout=SECONDS)
    expect(page.locator("h1")).to_have_text(f"Paused {MANY} of {MANY} schedules")
    assert ScheduledJob.objects.filter(status="paused").count() == MANY


def test_a_schedule_is_previewed_with_a_typed_zone_and_created(
    open_page: OpenPage, workflow: Workflow
) -> None:
    page = opened(open_page, f"{LIST}add/")
    page.get_by_label("Name", exact=True).fill("morning report")
    page.get_by_label("Workflow", exact=True).select_option(label=workflow.name)
    page.get_by_label("Cron expression").fill("30 7 * * mon-fri")
    page.get_by_label("Time zone", exact=True).fill("Asia/Kathmandu")
    page.get_by_role("button", name="Preview").click()
    preview = page.locator("#form-preview")
    expect(preview).to_contain_text("At 07:30, Monday to Friday")
    expect(preview).to_contain_text("Asia/Kathmandu")
    page.get_by_role("button", name="Create schedule").click()
    told(page, "Created morning report.")
    made = ScheduledJob.objects.get()
    assert (made.timezone, made.cron_expression) == (
        "Asia/Kathmandu",
        "30 7 * * mon-fri",
    )


def test_filters_are_saved_as_a_view(
    open_page: OpenPage, make_schedule: MakeSchedule
) -> None:
    make_schedule(timezone.now(), name="export")
    page = opened(open_page, LIST)
    page.locator("#searchbar").fill("export")
    with page.expect_navigation():
        page.locator("#searchbar").press("Enter")
    page.locator('summary[aria-label="Save this view"]').click()
    page.get_by_label("Save these filters as a view").fill("Exports")
    page.get_by_role("button", name="Save view").click()
    told(page, "Saved the view “Exports”.")
    assert SavedView.objects.get().name == "Exports"
