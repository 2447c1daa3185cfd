"""What a person does on the canvas, and what they see there, by role and name."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

# Nodes that are dropped this far apart do not touch.
STEP = 110
IN = ".react-flow__handle-top"
Point = tuple[float, float]


def drawing(page: Page) -> Locator:
    return page.get_by_role("application", name="Drawing of the workflow")


def node(page: Page, name: str) -> Locator:
    words = re.compile(rf"^{re.escape(name)}, ")
    return drawing(page).get_by_role("group", name=words)


def nodes(page: Page) -> Locator:
    return page.locator(".react-flow__node-step")


def edges(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def palette(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Palette")


def bring(page: Page, offer: str, x: float, y: float) -> None:
    """Drag a node type from the palette onto the board, to a place of the board."""
    before = nodes(page).count()
    button = palette(page).get_by_role("button", name=offer, exact=True)
    button.drag_to(drawing(page), target_position={"x": x, "y": y})
    expect(nodes(page)).to_have_count(before + 1)


def middle(locator: Locator) -> Point:
    box = locator.bounding_box()
    assert box, "it is not on the screen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def begin_pull(page: Page, source: str, port: str = "out") -> None:
    handle = node(page, source).locator(f'.o-handle--out[data-handleid="{port}"]')
    page.mouse.move(*middle(handle))
    page.mouse.down()


def pull(page: Page, source: str, target: str, port: str = "out") -> None:
    """Draw an edge from a port of one node to that of another, with the mouse held."""
    begin_pull(page, source, port)
    page.mouse.move(*middle(node(page, target).locator(IN)), steps=4)
    page.mouse.up()


def choose(page: Page, name: str) -> None:
    node(page, name).locator(".o-node__name").click()
    expect(details(page).get_by_role("heading", name=name, exact=True)).to_be_visible()


def save(page: Page, version: int) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(f"Saved as version {version}.")).to_be_visible()


def menu(page: Page, item: str) -> None:
    """Choose an item of the menu of the whole workflow."""
    page.locator("summary[aria-label='More']").click()
    page.get_by_role("button", name=item).or_(
        page.get_by_role("link", name=item)
    ).click()


def dialog(page: Page, title: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("dialog", name=title)
