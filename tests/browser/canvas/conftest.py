"""The canvas in a real browser; with a real scheduler and worker where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import OpenPage
from tests.integration.conftest import scheduler, worker
from workflows.models import Workflow
from workflows.services import EdgeSpec, GraphSpec, NodeSpec, save_graph

__all__ = ["scheduler", "worker"]
CASES = [{"when": "trigger.payload.few", "port": "few"}]
# `node_id: (type, configuration, place)`.
NODES: dict[str, tuple[str, dict[str, Any], tuple[int, int]]] = {
    "daily": ("trigger_schedule", {}, (0, 0)),
    "start": ("trigger_manual", {}, (260, 0)),
    "enough": ("switch", {"cases": CASES}, (120, 100)),
    "order": ("template", {"text": "Order more."}, (0, 200)),
    "rest": ("template", {"text": "Nothing to do."}, (260, 200)),
}
GRAPH = GraphSpec(
    nodes=[
        NodeSpec(
            node_id=id_, component_type=type_, config=config, position={"x": x, "y": y}
        )
        for id_, (type_, config, (x, y)) in NODES.items()
    ],
    edges=[
        EdgeSpec(source="daily", target="enough"),
        EdgeSpec(source="start", target="enough"),
        EdgeSpec(source="enough", target="order", source_port="few"),
        EdgeSpec(source="enough", target="rest", source_port="default"),
    ],
)
# Opens an address, or the canvas of a workflow. Options: those of `open_page`.
OpenSignedIn = Callable[..., Page]
OpenCanvas = Callable[..., Page]


@pytest.fixture
def child_env(child_env: dict[str, str], live_server: LiveServer) -> dict[str, str]:
    """Nodes of a worker find the site, as `{{ site.url }}`, at the address of the browser."""
    own = {"SITE_URL": live_server.url, "HTTP_NODE_ALLOWED_ORIGINS": live_server.url}
    return child_env | own


@pytest.fixture
def boss(transactional_db: None) -> User:
    return User.objects.create_superuser("boss", password="boss-password")


@pytest.fixture
def open_signed_in(
    open_page: OpenPage, live_server: LiveServer, boss: User
) -> OpenSignedIn:
    """A new window at an address of the site, in which a user (by default `boss`) is signed
    in."""

    def open_(address: str, user: User = boss, **options: object) -> Page:
        page = open_page(**options)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        session = {"name": name, "value": client.cookies[name].value}
        page.context.add_cookies([session | {"url": live_server.url}])
        page.goto(address)
        return page

    return open_


@pytest.fixture
def drawn(boss: User) -> Workflow:
    """A schedule trigger and a manual one that lead to a switch with two ways to go on. It is
    saved once: version 1."""
    workflow = Workflow.objects.create(name="Stock check", owner=boss)
    return save_graph(workflow, GRAPH, user=boss, now=timezone.now())


@pytest.fixture
def empty(boss: User) -> Workflow:
    return Workflow.objects.create(name="Untitled", owner=boss)


@pytest.fixture
def open_canvas(open_signed_in: OpenSignedIn, drawn: Workflow) -> OpenCanvas:
    """The canvas of a workflow (by default `drawn`) in a new window, once it is drawn."""

    def open_(workflow: Workflow = drawn, **options: object) -> Page:
        page = open_signed_in(canvas_of(workflow), **options)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".react-flow__node")).to_have_count(workflow.nodes.count())
        return page

    return open_


def canvas_of(workflow: Workflow) -> str:
    return reverse("admin:ostinato_workflows_workflow_canvas", args=[workflow.pk])
