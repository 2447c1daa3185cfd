"""What was saved before, looked at and restored."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import choose, details, dialog, menu, node, nodes, save
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


def test_an_old_version_is_looked_at_and_restored(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    text = details(page).get_by_role("textbox", name="Text")
    choose(page, "order")
    text.fill("Order a lot.")
    page.locator("summary[aria-label='More ways to save']").click()
    page.get_by_role("button", name="Save with a note…").click()
    dialog(page, "Save with a note").get_by_label("What has changed?").fill(
        "More of it"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    node(page, "rest").focus()
    page.keyboard.press("Delete")
    save(page, version=3)
    menu(page, "Versions")
    panel = page.get_by_role("complementary", name="Versions")
    first = panel.get_by_role("listitem").filter(has_text="Version 2")
    expect(first).to_contain_text("More of it")
    expect(first).to_contain_text("boss, 5 nodes, 4 connections")
    first.get_by_role("button", name="Look at it").click()
    expect(nodes(page)).to_have_count(5)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    banner = page.get_by_role("status", name="Old version")
    expect(banner).to_contain_text(
        "You are looking at version 2 of 3. It cannot be edited."
    )
    banner.get_by_role("button", name="Back").click()
    expect(nodes(page)).to_have_count(4)
    first.get_by_role("button", name="Look at it").click()
    banner.get_by_role("button", name="Restore").click()
    expect(banner).to_be_hidden()
    expect(nodes(page)).to_have_count(5)
    expect(panel.get_by_text("Version 4")).to_be_visible()
    drawn.refresh_from_db()
    assert drawn.graph_version == 4
    assert drawn.nodes.filter(node_id="rest", is_active=True).exists()
