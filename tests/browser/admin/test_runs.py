"""The page of a run in a real browser, while a real worker runs it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, create_schedule, run_now
from tests.browser.accessibility import assert_accessible
from tests.browser.canvas.conftest import (  # noqa: F401 fixtures
    OpenSignedIn,
    boss,
    child_env,
    open_signed_in,
)
from tests.integration.conftest import worker  # noqa: F401 fixture
from tests.integration.processes import Manage
from workflows.models import Workflow
from workflows.services import EdgeSpec, GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


@pytest.fixture
def patient(boss: User) -> ScheduledJob:  # noqa: F811
    """A schedule by hand, of a workflow that says something, waits, and goes on."""
    workflow = Workflow.objects.create(name="Slow report", owner=boss)
    nodes = [
        NodeSpec(node_id="start", component_type="trigger_schedule"),
        NodeSpec(
            node_id="say", component_type="template", config={"text": "Half way."}
        ),
        NodeSpec(node_id="rest", component_type="wait", config={"seconds": 300}),
        NodeSpec(node_id="end", component_type="template", config={"text": "Done."}),
    ]
    order = ["start", "say", "rest", "end"]
    edges = [EdgeSpec(source=a, target=b) for a, b in pairwise(order)]
    now = timezone.now()
    save_graph(workflow, GraphSpec(nodes, edges), user=boss, now=now)
    fields = {"name": "slow", "workflow": workflow, "schedule_type": "manual"}
    return create_schedule(fields, actor=Actor.person(boss), now=now)


def started(schedule: ScheduledJob) -> ScheduledRun:
    actor = Actor.person(schedule.owner)
    return run_now(schedule.pk, actor=actor, now=timezone.now())


def page_of(run: ScheduledRun) -> str:
    return reverse("admin:ostinato_schedules_scheduledrun_change", args=[run.pk])


def test_a_run_is_watched_cancelled_and_run_again(
    open_signed_in: OpenSignedIn,  # noqa: F811
    patient: ScheduledJob,
    worker: Manage,  # noqa: F811
) -> None:
    run = started(patient)
    page = open_signed_in(page_of(run))
    head = page.locator(".o-head .o-state")
    # Without a click: the page refreshes itself.
    expect(head).to_have_text("Running")
    nodes = page.get_by_role("region", name="Nodes")
    expect(nodes.get_by_role("link", name="say")).to_contain_text("Succeeded")
    expect(nodes.get_by_role("link", name="rest")).to_contain_text("Running")
    assert_accessible(page)
    opened = page.locator("details.o-group", has_text="say")
    opened.locator("summary").first.click()
    expect(opened.get_by_text("Half way.").first).to_be_visible()
    page.wait_for_timeout(2_500)  # a refresh closes nothing that was opened
    expect(opened.get_by_text("Half way.").first).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(head).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(nodes).to_contain_text("not reached")
    page.get_by_role("button", name="Run again, same payload").click()
    expect(page.get_by_text("Started a run; this is its page.")).to_be_visible()
    assert run.pk.hex not in page.url.replace("-", "")
    assert ScheduledRun.objects.count() == 2


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_runs_and_the_trail_fit_every_screen_and_are_accessible(
    open_signed_in: OpenSignedIn,  # noqa: F811
    patient: ScheduledJob,
    width: int,
    scheme: str,
) -> None:
    run = started(patient)
    ScheduledRun.objects.create(
        schedule=patient,
        schedule_name="A name " * 28,
        epoch=1,
        origin="schedule",
        scheduled_for=timezone.now() - timedelta(hours=1),
        due_at=timezone.now(),
        status="failed",
        failure_kind="node",
        error="An error without a space: " + "x" * 300,
        created_at=timezone.now(),
    )
    page = open_signed_in(page_of(run), width=width, scheme=scheme)
    for address in (
        page_of(run),
        "/admin/ostinato_schedules/scheduledrun/",
        "/admin/ostinato_schedules/scheduleevent/",
        "/admin/ostinato_workflows/workflowexecution/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert_accessible(page)


def test_the_trail_is_saved_as_a_file(
    open_signed_in: OpenSignedIn,  # noqa: F811
    patient: ScheduledJob,
) -> None:
    page = open_signed_in("/admin/ostinato_schedules/scheduleevent/")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export as CSV").click()
    assert saved.value.suggested_filename.startswith("audit-trail-")
    text = saved.value.path().read_text()
    assert text.startswith("time,schedule,")
    assert "slow" in text
