"""The page of a schedule in a real browser: its buttons, and how it looks at every width."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, fire_due, pause_schedule, update_schedule
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


@pytest.fixture
def schedule(make_schedule: MakeSchedule) -> ScheduledJob:
    now = timezone.now()
    return make_schedule(
        now, name="invoices", cron_expression="0 3 * * *", timezone="Asia/Kathmandu"
    )


def test_pause_with_a_note_then_resume_and_run(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page()
    address = f"{LIST}{schedule.pk}/change/"
    log_in(page, address)
    state = page.get_by_role("region", name="State")
    page.get_by_text("Pause…").click()
    page.get_by_label("Why?").fill("until Monday")
    page.get_by_role("button", name="Pause now").click()
    expect(state).to_contain_text("boss paused it")
    expect(state).to_contain_text("until Monday")
    expect(page.get_by_text("Pause…")).to_have_count(0)
    panel = page.locator("#resume")
    panel.get_by_label("Note").fill("it is Monday")
    panel.get_by_role("button", name="Resume").click()
    expect(state).to_contain_text("Active since")
    page.get_by_role("button", name="Run now").first.click()
    expect(page.locator("#runs")).to_contain_text("Queued")
    assert page.url.endswith(address)
    assert ScheduledRun.objects.get().schedule_id == schedule.pk
    trail = page.locator("#trail")
    for words in ("until Monday", "it is Monday", "ran it by hand"):
        expect(trail).to_contain_text(words)


def test_resuming_catches_up_as_chosen(
    open_page: OpenPage, make_schedule: MakeSchedule
) -> None:
    now = timezone.now()
    schedule = make_schedule(now - timedelta(hours=5), interval_seconds=3_600)
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.pk, actor=actor, now=now - timedelta(hours=4, minutes=30))
    page = open_page()
    log_in(page, f"{LIST}{schedule.pk}/change/")
    expect(page.locator("#resume")).to_contain_text("runs were missed while it was")
    page.locator("#resume").get_by_text("Run the latest").click()
    page.locator("#resume").get_by_role("button", name="Resume").click()
    expect(page.locator("#runs")).to_contain_text("catch-up")
    caught_up = ScheduledRun.objects.filter(origin="catch_up")
    assert caught_up.count() == 1


def test_the_page_answers_questions_and_keeps_what_was_asked(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page()
    log_in(page, f"{LIST}{schedule.pk}/change/")
    coming = page.locator("#coming")
    expect(coming.locator(".is-next")).to_contain_text("03:00")
    coming.get_by_role("link", name="UTC").click()
    expect(coming.locator(".is-next")).to_contain_text("21:15")
    page.locator("#why").get_by_label("A time").fill("2020-01-01T03:00:00")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#why")).to_contain_text("did not exist yet")
    expect(coming.locator(".is-next")).to_contain_text("21:15")


def test_a_backfill_is_counted_before_the_click(
    open_page: OpenPage, make_schedule: MakeSchedule
) -> None:
    now = timezone.now()
    schedule = make_schedule(
        now - timedelta(hours=5), interval_seconds=3_600, timezone="UTC"
    )
    fire_due(now)
    page = open_page()
    log_in(page, f"{LIST}{schedule.pk}/change/")
    expect(page.locator("#backfill")).to_be_hidden()
    page.locator(".o-head summary[aria-label=More]").click()
    page.get_by_role("link", name="Backfill past runs…").click()
    page.get_by_role("button", name="Count").click()
    panel = page.locator("#backfill")
    expect(panel).to_contain_text("one after the other, oldest first")
    panel.get_by_label("Note").fill("the outage")
    panel.get_by_role("button", name="Start").click()
    expect(page.locator(".messagelist")).to_contain_text("Backfilled")
    expect(page.locator("#trail")).to_contain_text("the outage")
    assert ScheduledRun.objects.filter(origin="backfill").exists()


def test_two_people_save_and_the_second_chooses(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page(refusals=[409])
    log_in(page, f"{LIST}{schedule.pk}/change/")
    page.locator("#settings summary", has_text="When").click()
    page.get_by_label("Cron expression").fill("30 3 * * *")
    actor = Actor.person(schedule.owner)
    theirs = {"cron_expression": "0 4 * * *", "max_retries": 2}
    update_schedule(schedule.pk, theirs, actor=actor, now=timezone.now())
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("h1")).to_have_text("Someone else saved first")
    expect(page.get_by_text("changed by both")).to_have_count(1)
    assert_accessible(page)
    page.get_by_role("button", name="Save this version").click()
    expect(page.locator(".messagelist")).to_contain_text("invoices")
    schedule.refresh_from_db()
    assert (schedule.cron_expression, schedule.max_retries) == ("30 3 * * *", 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_every_width(
    open_page: OpenPage, schedule: ScheduledJob, scheme: str
) -> None:
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.pk, actor=actor, now=timezone.now(), note="x" * 400)
    page = open_page(scheme=scheme)
    log_in(page, f"{LIST}{schedule.pk}/change/")
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(page)
