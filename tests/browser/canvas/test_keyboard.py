"""The same workflow drawn without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob
from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import details, dialog, edges, node, nodes, palette
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


def test_a_workflow_is_drawn_configured_saved_and_scheduled_by_keyboard_alone(
    open_canvas: OpenCanvas, empty: Workflow
) -> None:
    page = open_canvas(empty)
    add(page, "schedule", "Schedule")
    add(page, "http", "HTTP request")
    fill(page, "Address", "{{ site.url }}/healthz")
    add(page, "switch", "Switch")
    page.keyboard.press("Enter")
    press_on(page, details(page).get_by_role("button", name="Add", exact=True))
    page.keyboard.press("Escape")
    fill(page, "Branch", "well")
    fill(page, "Condition", "nodes.http_request.output.status == 200")
    add(page, "template", "Template")
    fill(page, "Text", "All is well.")
    # Back to the switch along the edge, for the other branch.
    page.keyboard.press("ArrowUp")
    expect(node(page, "Switch")).to_be_focused()
    add(page, "template", "Template")
    fill(page, "Text", "Look!")
    page.keyboard.press("Control+S")
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    expect(nodes(page)).to_have_count(5)
    expect(edges(page)).to_have_count(4)
    ports = empty.edges.filter(source__node_id="switch").values_list(
        "source_port", flat=True
    )
    assert sorted(ports) == ["default", "well"]
    add_a_schedule(page)
    assert ScheduledJob.objects.get(workflow=empty).name == "By key"


def add(page: Page, query: str, name: str) -> None:
    find = palette(page).get_by_label("Find a node")
    expect(find).to_be_visible()
    page.keyboard.press("/")
    expect(find).to_be_focused()
    page.keyboard.type(query)
    page.keyboard.press("Enter")
    words = re.compile(rf"^{name}, ")
    expect(page.locator(".react-flow__node:focus")).to_have_accessible_name(words)


def press_on(page: Page, target) -> None:
    """Go on with the Tab key until the focus is there, then press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def tab_to(page: Page, target) -> None:
    expect(target).to_be_visible()
    for _ in range(60):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {target}")


def fill(page: Page, label: str, text: str) -> None:
    field = details(page).get_by_role("textbox", name=label)
    page.keyboard.press("Enter")
    tab_to(page, field)
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")


def add_a_schedule(page: Page) -> None:
    """Up the edges to the trigger, into its panel, and through the dialog."""
    for name in ("Switch", "HTTP request", "Schedule"):
        page.keyboard.press("ArrowUp")
        expect(node(page, name)).to_be_focused()
    page.keyboard.press("Enter")
    press_on(page, details(page).get_by_role("button", name="Add", exact=True))
    form = dialog(page, "Add a schedule")
    tab_to(page, form.get_by_label("Name"))
    page.keyboard.insert_text("By key")
    tab_to(page, form.get_by_label("Cron expression"))
    page.keyboard.insert_text("0 3 * * *")
    expect(form.get_by_role("region", name="Preview")).to_contain_text("03:00")
    press_on(page, form.get_by_role("button", name="Add schedule"))
    expect(form).to_be_hidden()
    expect(details(page).get_by_role("link", name="By key")).to_be_visible()
