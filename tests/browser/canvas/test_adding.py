"""The other ways to add to a drawing, and what a save finds wrong with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import (
    choose,
    details,
    dialog,
    drawing,
    edges,
    node,
    nodes,
    palette,
    save,
)
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


def test_a_plus_offers_what_fits_there(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    choose(page, "order")
    page.get_by_role("button", name="Add a node after order").click()
    small = dialog(page, "Add a node")
    expect(small.get_by_role("button", name="Webhook")).to_be_hidden()
    small.get_by_label("Find a node").fill("wait")
    page.keyboard.press("Enter")
    expect(node(page, "Wait")).to_be_focused()
    expect(edges(page)).to_have_count(5)
    details(page).get_by_role("textbox", name="Wait for").fill("1")
    save(page, version=2)
    assert drawn.edges.get(target__component_type="wait").source.node_id == "order"


def test_a_function_of_the_site_is_found_by_its_name_and_configured(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    choose(page, "rest")
    palette(page).get_by_label("Find a node").fill("text_sum")
    palette(page).get_by_role("button", name="text_summary").click()
    expect(nodes(page)).to_have_count(6)
    text = details(page).get_by_role("textbox", name="Text")
    text.press_sequentially("{{ nodes.re")
    text.press("Enter")
    expect(text).to_have_value(re.compile(r"^{{ nodes\.rest"))
    text.fill("{{ nodes.rest.output }}")
    save(page, version=2)
    config = drawn.nodes.get(component_type="call_function").config
    arguments = {"text": "{{ nodes.rest.output }}"}
    assert config == {
        "function": "workflows.example_functions.text_summary",
        "arguments": arguments,
    }


def test_an_agent_gets_a_tool_and_gives_it_back(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    choose(page, "rest")
    palette(page).get_by_role("button", name="Agent", exact=True).click()
    expect(nodes(page)).to_have_count(6)
    details(page).get_by_role("textbox", name="Task").fill("Look after the stock.")
    page.get_by_role("button", name="Add a tool to Agent").click()
    tools = dialog(page, "Add a tool")
    expect(tools.get_by_role("button", name="Switch")).to_be_hidden()
    tools.get_by_role("button", name="Create a schedule").click()
    expect(node(page, "Create a schedule")).to_have_accessible_name(
        re.compile("tool of Agent")
    )
    save(page, version=2)
    assert drawn.edges.get(kind="tool").target.component_type == "agent"
    choose(page, "Agent")
    details(page).get_by_role("button", name="Detach Create a schedule").click()
    expect(edges(page)).to_have_count(5)


def test_notes_are_saved_and_make_no_version(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    page.get_by_role("button", name="Add a note").click()
    note = drawing(page).get_by_role("textbox")
    note.fill("Ask Ada before you change this.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ask Ada before you change this.")).to_be_visible()
    drawn.refresh_from_db()
    assert drawn.graph_version == 1


def test_what_the_server_refuses_is_shown_at_its_field(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas(refusals=[400])
    choose(page, "enough")
    condition = details(page).get_by_role("textbox", name="Condition")
    condition.fill("trigger.payload.few ==")
    page.get_by_role("button", name="Save", exact=True).click()
    found = page.get_by_role("alert", name="1 thing to fix")
    expect(found).to_contain_text("enough")
    expect(condition).to_have_attribute("aria-invalid", "true")
    expect(nodes(page)).to_have_count(5)
    assert_accessible(page)
    condition.fill("trigger.payload.few == 1")
    save(page, version=2)
    expect(found).to_be_hidden()
    drawn.refresh_from_db()
    assert drawn.graph_version == 2


def test_a_workflow_that_cannot_be_read_is_read_on_request(
    open_canvas: OpenCanvas,
) -> None:
    page = open_canvas(refusals=["ERR_CONNECTION_REFUSED"])
    page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))
    page.reload()
    expect(
        page.get_by_role("heading", name="The workflow could not be read")
    ).to_be_visible()
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try again").click()
    expect(nodes(page)).to_have_count(5)
