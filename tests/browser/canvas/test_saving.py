"""Saving when something stands in the way: others, schedules, sessions, the network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.services import Actor, create_schedule
from tests.browser.canvas.conftest import OpenCanvas
from tests.browser.canvas.hands import (
    choose,
    details,
    dialog,
    edges,
    node,
    nodes,
    save,
)
from tests.browser.sign_in import fill_in
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
CONFLICT = "You saved this workflow in another window"


def write(page: Page, name: str, text: str) -> None:
    choose(page, name)
    details(page).get_by_role("textbox", name="Text").fill(text)


def text_of(workflow: Workflow, node_id: str) -> str:
    text: str = workflow.nodes.get(node_id=node_id).config["text"]
    return text


@pytest.fixture
def two_tabs(open_canvas: OpenCanvas) -> tuple[Page, Page]:
    """The same workflow in two tabs. The first saves; the second does not know of it yet."""
    mine = open_canvas(refusals=[412])
    theirs = mine.context.new_page()
    theirs.goto(mine.url)
    expect(nodes(theirs)).to_have_count(5)
    return theirs, mine


def save_in_conflict(page: Page, decision: str) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    asked = dialog(page, CONFLICT)
    expect(asked.get_by_text("Version 2 was saved at")).to_be_visible()
    asked.get_by_role("button", name=decision).click()
    expect(asked).to_be_hidden()


def test_changes_of_two_tabs_to_different_nodes_are_merged(
    two_tabs: tuple[Page, Page], drawn: Workflow
) -> None:
    theirs, mine = two_tabs
    write(theirs, "order", "Order a lot.")
    save(theirs, version=2)
    write(mine, "rest", "Take a rest.")
    save_in_conflict(mine, "Merge and save")
    expect(mine.get_by_text("Saved as version 3.")).to_be_visible()
    expect(node(mine, "order")).to_contain_text("Order a lot.")
    assert text_of(drawn, "order") == "Order a lot."
    assert text_of(drawn, "rest") == "Take a rest."


def test_a_merge_of_two_changes_to_one_node_keeps_theirs_and_says_so(
    two_tabs: tuple[Page, Page], drawn: Workflow
) -> None:
    theirs, mine = two_tabs
    write(theirs, "order", "Order a lot.")
    save(theirs, version=2)
    write(mine, "order", "Order little.")
    write(mine, "rest", "Take a rest.")
    save_in_conflict(mine, "Merge and review")
    expect(mine.get_by_role("alert", name="1 thing to review")).to_contain_text("order")
    expect(node(mine, "order")).to_contain_text("Order a lot.")
    assert text_of(drawn, "rest") == "Nothing to do."
    save(mine, version=3)
    assert text_of(drawn, "rest") == "Take a rest."


@pytest.mark.parametrize(
    ("decision", "kept", "version"),
    [("Keep mine", "Order little.", 3), ("Take theirs", "Order a lot.", 2)],
)
def test_one_side_of_a_conflict_is_kept(
    two_tabs: tuple[Page, Page], drawn: Workflow, decision: str, kept: str, version: int
) -> None:
    theirs, mine = two_tabs
    write(theirs, "order", "Order a lot.")
    save(theirs, version=2)
    write(mine, "order", "Order little.")
    save_in_conflict(mine, decision)
    expect(node(mine, "order")).to_contain_text(kept)
    expect(mine.get_by_text(re.compile(f"^version {version}"))).to_be_visible()
    expect(mine.get_by_text("not saved")).to_be_hidden()
    assert text_of(drawn, "order") == kept


def test_what_was_mine_is_one_undo_away_after_theirs_was_taken(
    two_tabs: tuple[Page, Page],
) -> None:
    theirs, mine = two_tabs
    write(theirs, "order", "Order a lot.")
    save(theirs, version=2)
    write(mine, "order", "Order little.")
    save_in_conflict(mine, "Take theirs")
    expect(node(mine, "order")).to_contain_text("Order a lot.")
    mine.get_by_role("button", name="Undo").click()
    expect(node(mine, "order")).to_contain_text("Order little.")


def test_moved_nodes_are_saved_without_a_conflict(
    two_tabs: tuple[Page, Page], drawn: Workflow
) -> None:
    theirs, mine = two_tabs
    write(theirs, "order", "Order a lot.")
    save(theirs, version=2)
    choose(mine, "rest")
    node(mine, "rest").focus()
    mine.keyboard.press("Alt+ArrowDown")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_text("not saved")).to_be_hidden()
    expect(node(mine, "order")).to_contain_text("Order a lot.")
    assert drawn.nodes.get(node_id="rest").position == {"x": 260, "y": 220}


def test_unsaved_work_survives_a_reload(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    page.on("dialog", lambda dialog: dialog.accept())
    write(page, "order", "Order a lot.")
    page.reload()
    offer = page.get_by_role("status", name="Unsaved changes")
    expect(offer).to_contain_text("You have unsaved changes from")
    expect(node(page, "order")).to_contain_text("Order more.")
    offer.get_by_role("button", name="Restore").click()
    expect(node(page, "order")).to_contain_text("Order a lot.")
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    save(page, version=2)
    assert text_of(drawn, "order") == "Order a lot."
    page.reload()
    expect(nodes(page)).to_have_count(5)
    expect(offer).to_be_hidden()


def test_leaving_with_unsaved_work_asks_first(open_canvas: OpenCanvas) -> None:
    page = open_canvas()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    write(page, "order", "Order a lot.")
    here = page.url
    page.get_by_role("navigation", name="Main").get_by_title("Workflows").click(
        no_wait_after=True
    )
    expect(node(page, "order")).to_contain_text("Order a lot.")
    page.wait_for_function("document.title.startsWith('•')")
    assert asked == ["beforeunload"]
    assert page.url == here


def test_work_is_saved_after_signing_in_again_in_another_tab(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas(refusals=[401, 403])
    write(page, "order", "Order a lot.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()
    asked = dialog(page, "You have been signed out")
    asked.get_by_role("button", name="Try again").click()
    expect(asked).to_contain_text("You are not signed in yet.")
    with page.context.expect_page() as opened:
        asked.get_by_role("link", name="Sign in in another tab").click()
    fill_in(opened.value)
    expect(nodes(opened.value)).to_have_count(5)
    asked.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    assert text_of(drawn, "order") == "Order a lot."


def test_work_is_kept_while_the_server_is_away(
    open_canvas: OpenCanvas, drawn: Workflow, away: Callable[[Page], None]
) -> None:
    page = open_canvas(refusals=["ERR_CONNECTION_REFUSED"])
    away(page)
    write(page, "order", "Order a lot.")
    page.get_by_role("button", name="Save", exact=True).click()
    told = page.get_by_text("The server cannot be reached. Your changes are kept here")
    expect(told).to_be_visible()
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    expect(told).to_be_hidden()
    assert text_of(drawn, "order") == "Order a lot."


@pytest.fixture
def away() -> Callable[[Page], None]:
    """Cut the page off from the API. Chromium says so on the console, as it should."""

    def cut(page: Page) -> None:
        page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))

    return cut


def test_a_trigger_to_which_a_schedule_points_is_not_deleted_unseen(
    open_canvas: OpenCanvas, drawn: Workflow, boss: User
) -> None:
    trigger = drawn.nodes.get(node_id="daily")
    fields = {
        "workflow": drawn,
        "trigger_node": trigger,
        "cron_expression": "0 7 * * *",
    }
    create_schedule(
        {"name": "Each morning", "timezone": "UTC"} | fields,
        actor=Actor.person(boss),
        now=timezone.now(),
    )
    page = open_canvas(refusals=[400, 409])
    choose(page, "daily")
    expect(details(page).get_by_role("link", name="Each morning")).to_be_visible()
    node(page, "daily").focus()
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(4)
    page.get_by_role("button", name="Save", exact=True).click()
    asked = dialog(page, "Schedules would have nothing to start")
    expect(asked).to_contain_text("Each morning")
    asked.get_by_role("button", name="Keep editing").click()
    assert drawn.nodes.filter(node_id="daily", is_active=True).exists()
    page.get_by_role("button", name="Save", exact=True).click()
    asked.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(edges(page)).to_have_count(4)
    save(page, version=3)
    choose(page, "daily")
    expect(details(page).get_by_role("link", name="Each morning")).to_be_visible()
    assert drawn.nodes.get(node_id="daily", is_active=True).pk == trigger.pk
