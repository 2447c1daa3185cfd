"""Running a workflow from its drawing, and what its runs look like on it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from platform_site.local.demo import AGENT_NAME, ensure_demo
from schedules.models import ScheduledJob, ScheduledRun
from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import choose, details, dialog, menu, node, nodes
from tests.integration.processes import Manage
from tests.workflows.running import NOW, run
from workflows.models import Workflow, WorkflowExecution

pytestmark = [
    pytest.mark.xdist_group("one browser"),
    pytest.mark.real_clock,
    pytest.mark.slow,
]


# The trigger `start` of the drawn workflow; the other one is only tried.
BY_HAND = re.compile("^start")


def ask_to_run(page: Page) -> None:
    page.get_by_role("button", name="Run…").click()
    expect(dialog(page, "Run this workflow")).to_be_visible()


def expect_success(page: Page) -> None:
    expect(page.get_by_text("Succeeded in")).to_be_visible(timeout=40_000)


def test_a_run_with_a_payload_saves_what_is_drawn_first(
    open_canvas: OpenCanvas, drawn: Workflow, worker: Manage
) -> None:
    page = open_canvas()
    choose(page, "order")
    details(page).get_by_role("textbox", name="Text").fill("Order a lot.")
    ask_to_run(page)
    form = dialog(page, "Run this workflow")
    form.get_by_role("radio", name=BY_HAND).check()
    payload = form.get_by_role("textbox", name="Payload")
    payload.fill("{few")
    expect(payload).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("button", name="Save and run")).to_be_disabled()
    payload.fill('{"few": true}')
    expect(form).to_contain_text("There are unsaved changes.")
    form.get_by_role("button", name="Save and run").click()
    expect_success(page)
    expect(node(page, "order")).to_contain_text("Succeeded")
    expect(node(page, "rest")).to_contain_text("Skipped")
    choose(page, "order")
    expect(details(page)).to_contain_text("Order a lot.")
    execution = WorkflowExecution.objects.get()
    assert execution.event["payload"] == {"few": True}
    assert execution.graph_version == 2


def test_a_schedule_trigger_is_tried_without_a_run_of_a_schedule(
    open_canvas: OpenCanvas, drawn: Workflow, worker: Manage
) -> None:
    page = open_canvas()
    ask_to_run(page)
    form = dialog(page, "Run this workflow")
    form.get_by_role("radio", name="daily").check()
    made_up = form.get_by_role("heading", name="The event that the trigger gets")
    expect(made_up).to_be_visible()
    form.get_by_role("textbox", name="Payload").fill('{"few": false}')
    expect(form).to_contain_text("few: false")
    form.get_by_role("button", name="Run", exact=True).click()
    expect_success(page)
    expect(node(page, "daily")).to_contain_text("Succeeded")
    assert WorkflowExecution.objects.get().trigger_type == "manual"
    assert not ScheduledRun.objects.exists()


def test_past_runs_are_replayed_on_the_drawing(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    older = run(drawn, {"few": True})
    run(drawn, {"few": False})
    an_hour_ago = NOW - timedelta(hours=1)
    WorkflowExecution.objects.filter(pk=older.pk).update(created_at=an_hour_ago)
    page = open_canvas()
    menu(page, "Past runs on the drawing")
    past = page.get_by_role("region", name="Past runs").get_by_role("button")
    expect(past).to_have_count(2)
    past.nth(1).click()
    expect(node(page, "order")).to_contain_text("Succeeded")
    expect(node(page, "rest")).to_contain_text("Skipped")
    page.get_by_role("navigation", name="Run").get_by_text("Past runs").click()
    past.nth(0).click()
    expect(node(page, "rest")).to_contain_text("Succeeded")
    choose(page, "rest")
    expect(page.get_by_role("region", name="Output")).to_contain_text("Nothing to do.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(node(page, "rest")).not_to_contain_text("Succeeded")


def test_the_agent_of_the_demo_plans_its_schedule_and_its_talk_is_shown(
    open_canvas: OpenCanvas, boss: User, worker: Manage
) -> None:
    ensure_demo(boss, now=timezone.now())
    workflow = Workflow.objects.get(name=AGENT_NAME)
    page = open_canvas(workflow)
    ask_to_run(page)
    form = dialog(page, "Run this workflow")
    form.get_by_role("radio", name="Plan now").check()
    form.get_by_role("button", name="Run", exact=True).click()
    expect_success(page)
    choose(page, "Plan a review")
    talk = details(page).get_by_role("listitem").filter(has_text="Agent")
    expect(talk.first).to_be_visible()
    expect(details(page).get_by_text("schedule_create", exact=True)).to_be_visible()
    expect(details(page)).to_contain_text("scripted")
    planned = ScheduledJob.objects.get(workflow=workflow)
    assert planned.created_by_kind == "agent"


def test_a_run_is_seen_on_a_phone(
    open_canvas: OpenCanvas, drawn: Workflow, worker: Manage
) -> None:
    page = open_canvas(width=360)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    ask_to_run(page)
    form = dialog(page, "Run this workflow")
    form.get_by_role("radio", name=BY_HAND).check()
    form.get_by_role("textbox", name="Payload").fill('{"few": false}')
    form.get_by_role("button", name="Run", exact=True).click()
    expect_success(page)
    expect(nodes(page)).to_have_count(5)
    expect(node(page, "rest")).to_contain_text("Succeeded")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
