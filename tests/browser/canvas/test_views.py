"""Looking at a workflow without the right, or the eyes, to draw it; axe on every dialog."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.api import staff
from tests.browser.accessibility import assert_accessible
from tests.browser.canvas.conftest import OpenCanvas, OpenSignedIn
from tests.browser.canvas.hands import (
    choose,
    details,
    dialog,
    menu,
    node,
    nodes,
    palette,
)
from tests.browser.canvas.test_exchange import NEW
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
VIEW = "ostinato_workflows.view_workflow"


def test_who_may_only_look_looks(open_canvas: OpenCanvas, drawn: Workflow) -> None:
    page = open_canvas(user=staff(VIEW))
    expect(page.get_by_text("View only")).to_be_visible()
    expect(palette(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    choose(page, "order")
    expect(details(page).get_by_role("textbox", name="Text")).to_be_disabled()
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(5)


def test_the_graph_is_read_and_changed_as_a_list(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    menu(page, "Read as a list")
    steps = page.get_by_role("region", name="The workflow as a list")
    after = steps.get_by_role("list", name="After enough")
    expect(after.get_by_role("listitem")).to_contain_text(
        ["few: leads to order", "default: leads to rest"]
    )
    steps.get_by_role("button", name="Delete order").click()
    expect(after.get_by_role("listitem")).to_contain_text(
        ["default: leads to rest", "few: leads nowhere yet"]
    )
    steps.get_by_role("button", name="Select rest").click()
    expect(details(page).get_by_role("heading", name="rest")).to_be_visible()
    steps.get_by_role("button", name="Show the drawing").click()
    expect(nodes(page)).to_have_count(4)


def run_dialog(page: Page) -> None:
    page.get_by_role("button", name="Run…").click()
    page.get_by_role("radio", name="daily").check()
    expect(page.get_by_role("dialog")).to_contain_text("fired_at")


def import_dialog(page: Page) -> None:
    menu(page, "Import…")
    expect(dialog(page, "Import a workflow")).to_be_visible()


def settings(page: Page) -> None:
    menu(page, "Name, description, active…")
    expect(page.get_by_label("Active: triggers start it")).to_be_visible()


def versions(page: Page) -> None:
    node(page, "order").focus()
    page.keyboard.press("Alt+ArrowDown")
    choose(page, "order")
    details(page).get_by_role("textbox", name="Text").fill("Order a lot.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    menu(page, "Versions")
    expect(page.get_by_role("complementary", name="Versions")).to_contain_text(
        "Version 2"
    )


def add_schedule(page: Page) -> None:
    choose(page, "daily")
    details(page).get_by_role("button", name="Add", exact=True).click()
    dialog(page, "Add a schedule").get_by_label("Cron expression").fill("0 3 * * *")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("03:00")


def list_view(page: Page) -> None:
    menu(page, "Read as a list")
    expect(page.get_by_role("heading", name="Steps")).to_be_visible()


def connecting(page: Page) -> None:
    node(page, "order").focus()
    page.keyboard.press("c")
    expect(dialog(page, "Connect “order” to…")).to_be_visible()


def conflict(page: Page) -> None:
    theirs = page.context.new_page()
    theirs.goto(page.url)
    for tab, text in ((theirs, "Order a lot."), (page, "Order little.")):
        choose(tab, "order")
        details(tab).get_by_role("textbox", name="Text").fill(text)
        tab.get_by_role("button", name="Save", exact=True).click()
        if tab is theirs:
            expect(tab.get_by_text("Saved as version 2.")).to_be_visible()
    expect(page.get_by_role("region", name="What each changed")).to_be_visible()


def signed_out(page: Page) -> None:
    choose(page, "order")
    details(page).get_by_role("textbox", name="Text").fill("Order a lot.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page, "You have been signed out")).to_be_visible()


def draft(page: Page) -> None:
    page.on("dialog", lambda asked: asked.accept())
    choose(page, "order")
    details(page).get_by_role("textbox", name="Text").fill("Order a lot.")
    page.reload()
    expect(page.get_by_role("status", name="Unsaved changes")).to_be_visible()


STATES = [
    run_dialog,
    import_dialog,
    settings,
    versions,
    add_schedule,
    list_view,
    connecting,
    conflict,
    signed_out,
    draft,
]


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
def test_axe_finds_nothing_in_any_state(
    open_canvas: OpenCanvas, reach: Callable[[Page], None]
) -> None:
    page = open_canvas(refusals=[401, 412])
    reach(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)


@pytest.mark.parametrize(
    "reach", [run_dialog, import_dialog, list_view], ids=lambda reach: reach.__name__
)
def test_axe_finds_nothing_in_any_state_on_a_phone(
    open_canvas: OpenCanvas, reach: Callable[[Page], None]
) -> None:
    page = open_canvas(width=360)
    reach(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_where_a_workflow_begins(
    open_signed_in: OpenSignedIn, width: int
) -> None:
    page = open_signed_in(NEW, width=width)
    expect(page.get_by_role("button", name="Uptime check")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
