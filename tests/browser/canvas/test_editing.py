"""Drawing with the mouse: what is refused, undone, copied, and how smoothly it goes."""

from __future__ import annotations

import sys

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.canvas.conftest import OpenCanvas, canvas_of
from tests.browser.canvas.hands import (
    IN,
    begin_pull,
    choose,
    details,
    edges,
    middle,
    node,
    nodes,
    pull,
    save,
)
from tests.graphs import add_graph
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
MANY = 200
# Milliseconds: no task of the page may keep it from its next picture for longer.
LONGEST_TASK = 200
WATCH_TASKS = """
window.slowest = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.slowest = Math.max(window.slowest, task.duration);
}).observe({ type: "longtask" });
"""
NEXT_PICTURES = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""


def test_each_change_is_undone_and_redone(
    open_canvas: OpenCanvas, drawn: Workflow
) -> None:
    page = open_canvas()
    undo = page.get_by_role("button", name="Undo")
    redo = page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    choose(page, "order")
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(4)
    expect(edges(page)).to_have_count(3)
    choose(page, "rest")
    details(page).get_by_role("textbox", name="Text").fill("Something else.")
    expect(node(page, "rest")).to_contain_text("Something else.")
    undo.click()
    expect(node(page, "rest")).to_contain_text("Nothing to do.")
    undo.click()
    expect(nodes(page)).to_have_count(5)
    expect(edges(page)).to_have_count(4)
    expect(page.get_by_text("not saved")).to_be_hidden()
    page.keyboard.press("Control+Shift+Z")
    expect(nodes(page)).to_have_count(4)
    redo.click()
    expect(redo).to_be_disabled()
    save(page, version=2)
    assert drawn.nodes.get(node_id="rest").config == {"text": "Something else."}
    assert not drawn.nodes.filter(node_id="order").exists()


def test_a_refused_connection_says_why_while_it_is_drawn(
    open_canvas: OpenCanvas,
) -> None:
    page = open_canvas()
    begin_pull(page, "order")
    page.mouse.move(*middle(node(page, "enough").locator(IN)), steps=4)
    reason = page.get_by_text("This would create a loop through “order”.")
    expect(reason).to_be_visible()
    page.mouse.up()
    expect(edges(page)).to_have_count(4)
    pull(page, "order", "rest")
    expect(edges(page)).to_have_count(5)
    expect(reason).to_be_hidden()


def test_nodes_are_pasted_into_another_workflow(
    open_canvas: OpenCanvas, drawn: Workflow, empty: Workflow
) -> None:
    page = open_canvas()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, "daily")
    for name in ("enough", "order"):
        node(page, name).click(modifiers=["Control"])
    page.keyboard.press("Control+C")
    expect(page.get_by_text("Copied 3 nodes")).to_be_attached()
    page.goto(canvas_of(empty))
    expect(page.get_by_role("heading", name="How does it start?")).to_be_visible()
    page.keyboard.press("Control+V")
    expect(nodes(page)).to_have_count(3)
    expect(edges(page)).to_have_count(2)
    page.keyboard.press("Control+V")
    expect(nodes(page)).to_have_count(6)
    save(page, version=1)
    cases = [row.config["cases"] for row in empty.nodes.filter(component_type="switch")]
    assert cases == 2 * [drawn.nodes.get(node_id="enough").config["cases"]]


def test_markup_in_names_and_texts_is_shown_as_it_is_written(
    open_canvas: OpenCanvas, boss: User
) -> None:
    markup = "<img src=x onerror=alert(1)>"
    workflow = Workflow.objects.create(name=f"{markup}</script><b>", owner=boss)
    add_graph(workflow, {"say": ("template", {"text": f"<b>{markup}"})})
    workflow.nodes.update(label=markup)
    page = open_canvas(workflow)
    page.on("dialog", lambda _: pytest.fail("the markup was run"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{markup}</script><b>")
    choose(page, markup)
    expect(node(page, markup)).to_contain_text(f"<b>{markup}")
    expect(page.locator("img")).to_have_count(0)


def test_no_task_is_long_while_one_of_many_nodes_is_dragged(
    open_canvas: OpenCanvas, boss: User, capsys: pytest.CaptureFixture[str]
) -> None:
    page = open_canvas(wide_workflow(boss))
    # Other programs on the machine may take a turn; the page itself is slow each time.
    slowest = min(slowest_task(page) for _ in range(3))
    with capsys.disabled():
        sys.stdout.write(
            f"\nSlowest task while dragging among {MANY} nodes: {slowest} ms\n"
        )
    assert slowest <= LONGEST_TASK


def wide_workflow(owner: User) -> Workflow:
    """A trigger, then ten lines of steps that it leads to."""
    workflow = Workflow.objects.create(name="Wide", owner=owner)
    steps = {
        f"step_{number}": ("template", {"text": str(number)})
        for number in range(1, MANY)
    }
    links = [
        ("start" if number <= 10 else f"step_{number - 10}", f"step_{number}")
        for number in range(1, MANY)
    ]
    rows = add_graph(workflow, {"start": ("trigger_manual", {})} | steps, links)
    for place, row in enumerate(rows.values()):
        row.position = {"x": place % 10 * 260, "y": place // 10 * 100}
        row.save()
    return workflow


def slowest_task(page: Page) -> float:
    """Drag a node to and fro; the longest that this kept the page busy, in milliseconds."""
    page.evaluate(WATCH_TASKS)
    dragged = nodes(page).nth(MANY // 2)
    x, y = begun = middle(dragged)
    page.mouse.move(x, y)
    page.mouse.down()
    for turn in range(1, 61):
        page.mouse.move(x + turn * 3 % 90, y + turn * 2 % 70)
    page.mouse.up()
    assert middle(dragged) != begun
    # The observer is told of a task after it has ended.
    page.evaluate(NEXT_PICTURES)
    slowest: float = page.evaluate("window.slowest")
    return slowest
