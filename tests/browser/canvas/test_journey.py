"""As a new user would: from an empty workflow to a schedule that has fired."""

from __future__ import annotations

import sys
import time

import pytest
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob
from tests.browser.accessibility import assert_accessible
from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import (
    bring,
    choose,
    details,
    dialog,
    edges,
    menu,
    node,
    nodes,
    pull,
    save,
)
from tests.integration.processes import Manage
from tests.workflows.running import run
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.real_clock]
# Drawing and seeing it run take about 15 s; the rest is for a machine with other work.
MOST_SECONDS = 60


def test_from_an_empty_workflow_to_a_schedule_that_has_fired(
    open_canvas: OpenCanvas,
    empty: Workflow,
    scheduler: Manage,
    worker: Manage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun = time.monotonic()
    page = open_canvas(empty)
    draw(page)
    save(page, version=1)
    add_a_schedule(page)
    fired = details(page).get_by_text("Succeeded")
    expect(fired).to_be_visible(timeout=40_000)
    took = time.monotonic() - begun
    with capsys.disabled():
        sys.stdout.write(
            f"\nFrom an empty workflow to a run of its schedule: {took:.0f} s\n"
        )
    see_a_run(page)
    pause(page)
    assert took < MOST_SECONDS
    schedule = ScheduledJob.objects.get(workflow=empty)
    assert schedule.status == "paused"
    assert schedule.run_count >= 1


def draw(page: Page) -> None:
    """`trigger_schedule -> http_request -> switch -> two templates`, by drag."""
    bring(page, "Schedule", 300, 60)
    bring(page, "HTTP request", 300, 200)
    details(page).get_by_label("Address").fill("{{ site.url }}/healthz")
    bring(page, "Switch", 300, 330)
    details(page).get_by_role("button", name="Add", exact=True).click()
    details(page).get_by_label("Branch").fill("well")
    details(page).get_by_label("Condition").fill(
        "nodes.http_request.output.status == 200"
    )
    for place, (name, text) in enumerate([("Good", "All is well."), ("Bad", "Look!")]):
        bring(page, "Template", 170 + 260 * place, 480)
        details(page).get_by_label("Name", exact=True).fill(name)
        details(page).get_by_role("textbox", name="Text").fill(text)
    pull(page, "Schedule", "HTTP request")
    pull(page, "HTTP request", "Switch")
    pull(page, "Switch", "Good", port="well")
    pull(page, "Switch", "Bad", port="default")
    expect(edges(page)).to_have_count(4)
    expect(nodes(page)).to_have_count(5)


def add_a_schedule(page: Page) -> None:
    choose(page, "Schedule")
    details(page).get_by_role("button", name="Add", exact=True).click()
    form = dialog(page, "Add a schedule")
    form.get_by_label("Name").fill("Look every moment")
    form.get_by_label("At an interval").check()
    form.get_by_label("Every").fill("3")
    form.get_by_label("Unit").select_option("seconds")
    expect(form.get_by_role("region", name="Preview")).to_contain_text(
        "Every 3 seconds"
    )
    form.get_by_role("button", name="Add schedule").click()
    expect(form).to_be_hidden()
    expect(node(page, "Schedule")).to_contain_text("1 schedule")


def see_a_run(page: Page) -> None:
    """A run of the schedule, from its beginning to its end on the drawing."""
    details(page).get_by_role("button", name="Run Look every moment now").click()
    expect(page.get_by_text("Succeeded in")).to_be_visible(timeout=40_000)
    for name in ("HTTP request", "Switch", "Good"):
        expect(node(page, name)).to_contain_text("Succeeded")
    expect(node(page, "Bad")).to_contain_text("Skipped")
    choose(page, "Good")
    expect(details(page)).to_contain_text("All is well.")
    page.get_by_role("button", name="Close", exact=True).click()


def pause(page: Page) -> None:
    choose(page, "Schedule")
    details(page).get_by_role("button", name="Pause Look every moment…").click()
    asked = dialog(page, "Pause Look every moment")
    asked.get_by_label("Why?").fill("I have seen it.")
    asked.get_by_role("button", name="Pause", exact=True).click()
    expect(details(page).get_by_text("boss: I have seen it.")).to_be_visible()


def test_axe_finds_nothing_on_an_empty_a_drawn_and_a_run_workflow(
    open_canvas: OpenCanvas, drawn: Workflow, empty: Workflow
) -> None:
    run(drawn, {"few": True})
    assert_accessible_in_both_schemes(open_canvas(empty))
    page = open_canvas(drawn)
    choose(page, "enough")
    assert_accessible_in_both_schemes(page)
    menu(page, "Past runs on the drawing")
    page.get_by_role("region", name="Past runs").get_by_role("button").click()
    expect(page.get_by_role("region", name="When each node ran")).to_be_visible()
    assert_accessible_in_both_schemes(page)


def assert_accessible_in_both_schemes(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
