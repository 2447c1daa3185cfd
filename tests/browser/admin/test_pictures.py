"""The pictures of docs/admin.md. With `PICTURES` in the environment they go into that folder,
as `python -m tests.screenshots` has it; else they are only tried."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from redis import Redis

from schedules.rq import heartbeat
from tests import screenshots
from tests.browser.admin.site_pages import sample_pages
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import log_in
from triggers.dispatch import dispatch_event
from workflows.execution.engine import run_execution
from workflows.execution.queue import queue_name
from workflows.models import Workflow, WorkflowExecution
from workflows.services import EdgeSpec, GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
# The page, and the width and the colours of the screen.
PICTURES: dict[str, tuple[str, int, Literal["light", "dark"]]] = {
    "admin-overview.png": ("overview", 1280, "light"),
    "admin-overview-dark.png": ("overview", 1280, "dark"),
    "admin-list.png": ("schedules", 1280, "light"),
    "admin-schedule.png": ("schedule", 1280, "light"),
    "admin-schedule-narrow.png": ("schedule", 360, "light"),
    "admin-form.png": ("new schedule", 1280, "light"),
    "admin-run.png": ("execution", 1280, "light"),
    "admin-load.png": ("load map", 1280, "light"),
    "admin-calendar.png": ("calendar", 1280, "light"),
    "admin-approvals.png": ("approvals", 1280, "light"),
}


def fill_in(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Nightly invoice export")
    page.get_by_text("Every weekday", exact=True).click()
    expect(page.locator(".o-preview")).to_contain_text("Monday to Friday")


def an_execution() -> str:
    """The address of one that has really run."""
    owner = User.objects.get(username="mara")
    workflow = Workflow.objects.create(name="Invoice follow-up", owner=owner)
    texts = {
        "remind": "Dear {{ trigger.payload.customer }}, invoice 4711 is due.",
        "thank": "Dear {{ trigger.payload.customer }}, thank you.",
    }
    nodes = [
        NodeSpec(node_id="start", component_type="trigger_manual"),
        NodeSpec(
            node_id="paid",
            component_type="switch",
            label="Paid?",
            config={"cases": [{"port": "yes", "when": "trigger.payload.paid"}]},
        ),
        *(
            NodeSpec(node_id=name, component_type="template", config={"text": text})
            for name, text in texts.items()
        ),
    ]
    edges = [
        EdgeSpec(source="start", target="paid"),
        EdgeSpec(source="paid", target="thank", source_port="yes"),
        EdgeSpec(source="paid", target="remind", source_port="default"),
    ]
    now = timezone.now()
    save_graph(workflow, GraphSpec(nodes, edges), user=owner, now=now)
    execution = dispatch_event(
        "manual",
        {
            "fired_at": now.isoformat(),
            "started_by": "mara",
            "payload": {"customer": "Ada", "paid": False},
        },
        workflow=workflow,
        now=now,
        status=WorkflowExecution.Status.RUNNING,
    )
    run_execution(execution, clock=timezone.now)
    return reverse(
        "admin:ostinato_workflows_workflowexecution_change", args=[execution.pk]
    )


def test_the_pages_of_the_admin_are_pictured(
    open_page: OpenPage, redis: Redis, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("PICTURES", tmp_path))
    pages = sample_pages(timezone.now())
    pages |= {"execution": an_execution()}
    page = open_page()
    log_in(page, "/admin/")
    for name, (what, width, scheme) in PICTURES.items():
        page.set_viewport_size({"width": width, "height": 820})
        page.emulate_media(color_scheme=scheme)
        for kind in ("scheduler", "worker", f"worker:{queue_name()}"):
            heartbeat.beat(redis, kind, "site:1")
        page.goto(pages[what], wait_until="networkidle")
        if what == "new schedule":
            fill_in(page)
        picture = page.screenshot(path=folder / name)
        assert len(picture) < screenshots.MOST_BYTES, name
    documented = {picture.name for picture in screenshots.IMAGES.glob("admin-*.png")}
    assert documented == PICTURES.keys()


@pytest.mark.heavy
def test_the_other_pictures_of_the_documents_can_be_taken(tmp_path: Path) -> None:
    screenshots.capture_site(tmp_path)
    others = {
        picture.name
        for picture in screenshots.IMAGES.glob("*.png")
        if not picture.name.startswith("admin-")
    }
    assert {picture.name for picture in tmp_path.iterdir()} == others
