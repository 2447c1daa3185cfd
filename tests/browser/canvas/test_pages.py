"""The pages around the drawing: the ways to them, their frame, and what axe finds on them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.exchange import templates
from tests.browser.accessibility import assert_accessible
from tests.browser.canvas.conftest import OpenCanvas, OpenSignedIn, canvas_of
from tests.browser.canvas.hands import node
from tests.graphs import add_graph
from tests.integration.processes import Manage, wait_until
from triggers.dispatch import dispatch_event
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import registry

pytestmark = pytest.mark.xdist_group("one browser")
LIST = "/admin/ostinato_workflows/workflow/"


def test_the_canvas_is_a_link_in_the_list(
    open_signed_in: OpenSignedIn, drawn: Workflow
) -> None:
    page = open_signed_in(LIST)
    page.get_by_role("link", name="Open canvas").click()
    page.wait_for_url(canvas_of(drawn))
    expect(page.locator(".react-flow__node")).to_have_count(5)
    page.get_by_role("navigation", name="Main").get_by_title("Workflows").click()
    page.wait_for_url(LIST)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_the_canvas(
    open_canvas: OpenCanvas, width: int, scheme: str
) -> None:
    assert_accessible(open_canvas(width=width, scheme=scheme))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_narrow_canvas(
    open_canvas: OpenCanvas, scheme: str
) -> None:
    page = open_canvas(width=360, scheme=scheme)
    page.get_by_title("Navigation").click()
    assert_accessible(page)


SCREENS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_nothing_where_a_workflow_begins(
    open_signed_in: OpenSignedIn, width: int, scheme: str
) -> None:
    page = open_signed_in(f"{LIST}add/", width=width, scheme=scheme)
    cards = page.locator(".o-start")
    expect(cards).to_have_count(2 + len(templates()))
    heights = cards.evaluate_all("all => all.map(card => card.offsetHeight)")
    assert len(set(heights)) == 1
    assert_accessible(page)
    page.get_by_role("button", name="A file").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_nothing_in_the_panel_of_any_type(
    open_canvas: OpenCanvas, empty: Workflow, width: int, scheme: str
) -> None:
    types = sorted(registry.components)
    add_graph(empty, {name: (name, {}) for name in types}, [])
    for place, name in enumerate(types):
        at = {"x": place % 4 * 260, "y": place // 4 * 140}
        empty.nodes.filter(node_id=name).update(position=at)
    # A webhook has no address yet.
    page = open_canvas(empty, width=width, scheme=scheme, refusals={404})
    for name in types:
        page.locator(f".react-flow__node[data-id={name}]").dispatch_event("click")
        panel = page.get_by_role("complementary", name="Details")
        expect(panel.get_by_role("code").get_by_text(name, exact=True)).to_be_visible()
        assert_accessible(page)


def test_axe_finds_nothing_on_the_drawing_of_an_execution(
    open_signed_in: OpenSignedIn, drawn: Workflow, boss: User
) -> None:
    event = {"fired_at": timezone.now().isoformat(), "payload": {}}
    execution = dispatch_event("manual", event, workflow=drawn, now=timezone.now())
    page = open_signed_in(page_of(execution))
    expect(page.locator(".react-flow__node")).to_have_count(5)
    assert_accessible(page)


@pytest.mark.slow
def test_the_theme_follows_the_button(open_canvas: OpenCanvas) -> None:
    page = open_canvas()
    shades = [ground(page)]
    for theme in ("dark", "light"):
        page.get_by_role("button", name="Change the theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        shades.append(ground(page))
    light, dark, light_again = shades
    assert light == light_again
    assert light != dark


def ground(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def page_of(execution: WorkflowExecution) -> str:
    address = "admin:ostinato_workflows_workflowexecution_canvas"
    return reverse(address, args=[execution.pk])


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_the_pages_fit_every_screen(
    open_canvas: OpenCanvas, open_signed_in: OpenSignedIn, width: int
) -> None:
    for page in (open_canvas(width=width), open_signed_in(f"{LIST}add/", width=width)):
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


@pytest.mark.slow
def test_the_execution_of_a_real_worker_is_drawn(
    open_signed_in: OpenSignedIn, drawn: Workflow, boss: User, worker: Manage
) -> None:
    execution = run_workflow(drawn, {"few": 1}, user=boss, now=timezone.now())
    ended = WorkflowExecution.objects.filter(pk=execution.pk, status="succeeded")
    wait_until(ended.exists)
    page = open_signed_in(page_of(execution))
    expect(page.locator(".react-flow__node")).to_have_count(5)
    expect(node(page, "order")).to_contain_text("Succeeded")
    page.get_by_role("link", name="Nodes, input and output").click()
    page.get_by_role("link", name="order Succeeded").click()
    expect(page.locator(".o-pre", has_text="Order more.").first).to_be_visible()
    page.get_by_role("link", name="Show on canvas").click()
    page.get_by_role("link", name="Open canvas").click()
    page.wait_for_url(canvas_of(drawn))
