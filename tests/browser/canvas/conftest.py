"""The canvas in a real browser; with a real scheduler and worker where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import OpenPage
from tests.graphs import add_graph
from tests.integration.conftest import scheduler, worker
from workflows.models import Workflow

__all__ = ["scheduler", "worker"]
PLACES = {
    "daily": (0, 0),
    "start": (260, 0),
    "enough": (120, 100),
    "order": (0, 200),
    "rest": (260, 200),
}
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
    """A schedule trigger and a manual one that lead to a switch with two ways to go on."""
    workflow = Workflow.objects.create(name="Stock check", owner=boss)
    cases = [{"when": "trigger.payload.few", "port": "few"}]
    add_graph(
        workflow,
        {
            "daily": ("trigger_schedule", {}),
            "start": ("trigger_manual", {}),
            "enough": ("switch", {"cases": cases}),
            "order": ("template", {"text": "Order more."}),
            "rest": ("template", {"text": "Nothing to do."}),
        },
        [
            ("daily", "enough"),
            ("start", "enough"),
            ("enough", "order", "few"),
            ("enough", "rest", "default"),
        ],
    )
    for node_id, (x, y) in PLACES.items():
        workflow.nodes.filter(node_id=node_id).update(position={"x": x, "y": y})
    return workflow


@pytest.fixture
def empty(boss: User) -> Workflow:
    return Workflow.objects.create(name="Untitled", owner=boss)


@pytest.fixture
def open_canvas(open_signed_in: OpenSignedIn, drawn: Workflow) -> OpenCanvas:
    """The canvas of a workflow (by default `drawn`) in a new window, once it is drawn."""

    def open_(workflow: Workflow = drawn, **options: object) -> Page:
        page = open_signed_in(canvas_of(workflow), **options)
        expect(page.locator("#ostinato-root > *").first).to_be_visible()
        expect(page.locator(".react-flow__node")).to_have_count(workflow.nodes.count())
        return page

    return open_


def canvas_of(workflow: Workflow) -> str:
    return reverse("admin:ostinato_workflows_workflow_canvas", args=[workflow.pk])
