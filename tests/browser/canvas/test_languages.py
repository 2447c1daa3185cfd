"""No text of ours is left out of translation: the canvas is read in a language of brackets.

What people have written in it has no Latin letters, so that it is not taken for a text of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule
from tests.browser.canvas.conftest import OpenSignedIn, canvas_of
from tests.browser.canvas.hands import dialog, edges, nodes
from tests.browser.canvas.pseudo import SPEAK, button, texts_of_others, untranslated
from tests.catalogues import write_catalogue
from tests.workflows.running import run
from workflows.models import Workflow, WorkflowEdge, WorkflowNode
from workflows.registry import registry

pytestmark = [
    pytest.mark.xdist_group("one browser"),
    pytest.mark.real_clock,
    pytest.mark.slow,
]
NEW = "/admin/ostinato_workflows/workflow/add/"
CONFIGS: dict[str, dict[str, Any]] = {
    "http_request": {"url": "{{ 1 }}", "headers": {"1": "1"}},
    "send_email": {"to": ["1"]},
    "switch": {"cases": [{"port": "1", "when": "1"}, {"port": "2", "when": "2"}]},
    "template": {"text": "{{ 1 }}"},
}
EDGES = (
    ("trigger_schedule", "switch", "out", "flow"),
    ("switch", "template", "1", "flow"),
    ("schedule_list", "agent", "out", "tool"),
)

# Reads what the page shows now; the name tells where something was found.
Read = Callable[[str], None]


@pytest.fixture
def page(open_signed_in: OpenSignedIn) -> Page:
    page = open_signed_in("/admin/", refusals=[400, 401, 403, 404, 409, 412])
    page.context.add_init_script(SPEAK)
    page.on("dialog", lambda dialog: dialog.accept())
    return page


@pytest.fixture
def read(page: Page) -> Iterator[Read]:
    known, left = texts_of_others(), dict[str, list[str]]()

    def read_(state: str) -> None:
        before = {text for texts in left.values() for text in texts}
        if new := [text for text in untranslated(page, known) if text not in before]:
            left[state] = new

    yield read_
    assert left == {}


@pytest.fixture
def drawn(drawn: Workflow) -> Workflow:
    """With names that are no words."""
    for place, node in enumerate(drawn.nodes.order_by("pk")):
        node.label = f"№{place}"
        if node.component_type == "template":
            node.config = {"text": "{{ 1 }}"}
        node.save()
    drawn.name = "№"
    drawn.save()
    return drawn


@pytest.fixture
def schedules(drawn: Workflow, boss: User) -> list[ScheduledJob]:
    trigger = drawn.nodes.get(node_id="daily")
    timings = ({"cron_expression": "0 7 * * *"}, {"interval_seconds": 3600})
    return [
        create_schedule(
            {"name": f"№{place}", "workflow": drawn, "trigger_node": trigger} | timing,
            actor=Actor.person(boss),
            now=timezone.now(),
        )
        for place, timing in enumerate(timings)
    ]


@pytest.fixture
def every_type(boss: User) -> Workflow:
    """A node of each type; the forms of some have been begun."""
    workflow = Workflow.objects.create(name="№", owner=boss)
    rows = {
        type_.type: WorkflowNode.objects.create(
            workflow=workflow,
            node_id=str(place),
            label=f"№{place}",
            component_type=type_.type,
            config=CONFIGS.get(type_.type, {}),
            position={"x": 260 * (place % 5), "y": 120 * (place // 5)},
        )
        for place, type_ in enumerate(registry.all())
    }
    for source, target, port, kind in EDGES:
        WorkflowEdge.objects.create(
            workflow=workflow,
            source=rows[source],
            target=rows[target],
            source_port=port,
            kind=kind,
        )
    return workflow


def open_(page: Page, workflow: Workflow) -> None:
    page.goto(canvas_of(workflow))
    expect(page.locator("#ostinato-root > *").first).to_be_visible()
    expect(nodes(page)).to_have_count(workflow.nodes.count())


def choose(page: Page, node_id: str) -> None:
    page.locator(f"[data-id='{node_id}'] .o-node__name").click()
    expect(page.locator(".o-panel__head code")).to_have_text(node_id)


def menu(page: Page, item: str) -> None:
    page.locator("summary[aria-label='⟦More⟧']").click()
    button(page, item).click()


def test_the_canvas_is_in_the_language_of_the_browser(
    open_signed_in: OpenSignedIn, drawn: Workflow, tmp_path: Path, settings: Any
) -> None:
    write_catalogue(
        tmp_path,
        "de",
        {
            "Save": "Speichern",
            "version %(version)s, saved %(time)s": "Version %(version)s, %(time)s",
            "HTTP request": "HTTP-Anfrage",
        },
    )
    settings.LOCALE_PATHS = [tmp_path]
    last_year = timezone.now() - timedelta(days=400)
    drawn.versions.update(saved_at=last_year)
    page = open_signed_in("/admin/")
    page.context.set_extra_http_headers({"Accept-Language": "de"})
    open_(page, drawn)
    expect(page.get_by_role("button", name="Speichern")).to_be_visible()
    expect(page.get_by_role("button", name="HTTP-Anfrage")).to_be_visible()
    expect(page.get_by_role("button", name="Template")).to_be_visible()
    saved = re.compile(rf"^Version 1, \w\w\., {last_year.day}\. .* {last_year.year}, ")
    expect(page.get_by_text(saved)).to_be_visible()


def test_ways_to_begin_and_the_import(
    page: Page, read: Read, drawn: Workflow, schedules: object, boss: User
) -> None:
    page.goto(NEW)
    page.get_by_role("button", name="An empty drawing").click()
    expect(page.get_by_text("⟦Give the workflow a name first.⟧")).to_be_visible()
    read("new")
    page.get_by_role("button", name="A file").click()
    file = page.get_by_label("File to import")
    file.set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"1"})
    expect(dialog(page, "Import a workflow").get_by_role("alert")).to_be_visible()
    read("a file that is refused")
    client = Client()
    client.force_login(boss)
    address = f"/api/v1/workflows/{drawn.pk}/export/?file_format=yaml"
    exported = client.get(address).content
    file.set_input_files(
        {"name": "x.yaml", "mimeType": "text/plain", "buffer": exported}
    )
    expect(page.locator(".o-import")).to_be_visible()
    read("what would be imported")


def test_an_empty_drawing(page: Page, read: Read, empty: Workflow) -> None:
    open_(page, empty)
    expect(page.locator(".o-start").first).to_be_visible()
    read("empty")
    page.get_by_role("searchbox").fill("№")
    read("nothing found")


def test_the_forms_of_all_nodes(page: Page, read: Read, every_type: Workflow) -> None:
    open_(page, every_type)
    read("drawing")
    places = [node.node_id for node in every_type.nodes.all()]
    for place in places:
        choose(page, place)
        read(f"form of {every_type.nodes.get(node_id=place).component_type}")
    page.locator("[data-id='0']").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()
    read("connect")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    read("all chosen")
    page.keyboard.press("n")
    read("note")
    page.locator(".o-plus").first.click(force=True)
    expect(page.locator(".o-add")).to_be_visible()
    read("small palette")
    page.keyboard.press("Escape")
    button(page, "Save").click()
    expect(page.locator(".o-findings")).to_be_visible()
    for place in places:
        choose(page, place)
        read(f"refused form of {every_type.nodes.get(node_id=place).component_type}")
    menu(page, "Read as a list")
    expect(page.locator(".o-outline")).to_be_visible()
    read("list")


def test_the_schedules_of_a_trigger(
    page: Page, read: Read, drawn: Workflow, schedules: list[ScheduledJob]
) -> None:
    open_(page, drawn)
    choose(page, "daily")
    expect(page.locator(".o-slip")).to_have_count(2)
    read("schedules")
    button(page, "Pause №0…").click()
    read("pause")
    button(page.get_by_role("dialog"), "Pause").click()
    expect(page.get_by_text("⟦Paused №0.")).to_be_visible()
    read("paused")
    some_days_ago = timezone.now() - timedelta(days=3)
    ScheduledJob.objects.filter(pk=schedules[0].pk).update(next_tick_at=some_days_ago)
    button(page, "Resume №0").click()
    button(page.get_by_role("dialog"), "Resume").wait_for()
    read("resume")
    button(page.get_by_role("dialog"), "Resume").click()
    expect(page.get_by_text("⟦Resumed №0.⟧")).to_be_visible()
    read("resumed")


def test_a_new_schedule(page: Page, read: Read, drawn: Workflow) -> None:
    open_(page, drawn)
    choose(page, "daily")
    page.locator(".o-schedules").get_by_role("button").click()
    form = dialog(page, "Add a schedule")
    read("begun")
    form.get_by_label("Cron expression").fill("0 9 * * 1")
    expect(form.locator(".o-ticks")).to_be_visible()
    read("calendar")
    form.get_by_label("Once").check()
    form.get_by_label("Payload").fill("№")
    read("once")
    form.get_by_label("Payload").fill("")
    form.get_by_label("At an interval").check()
    form.get_by_label("Every", exact=False).first.fill("10")
    form.get_by_label("Name").fill("№")
    read("interval")
    button(form, "Add schedule").click()
    expect(page.get_by_text("⟦Added №.⟧")).to_be_visible()
    read("added")


def test_runs(
    page: Page, read: Read, drawn: Workflow, schedules: list[ScheduledJob]
) -> None:
    run(drawn, {"few": True})
    open_(page, drawn)
    button(page, "Run…").click()
    form = dialog(page, "Run this workflow")
    for way in ("№", "Run a schedule now", "Test start"):
        form.get_by_role("radio", name=way).first.check()
        read(f"ask to run: {way}")
    expect(form.get_by_role("heading", name="The event")).to_be_visible()
    read("test event")
    page.keyboard.press("Escape")
    menu(page, "Past runs on the drawing")
    past = page.get_by_role("region", name="Past runs").get_by_role("button")
    expect(past).to_have_count(1)
    read("past runs")
    past.click()
    expect(page.get_by_role("region", name="When each node ran")).to_be_visible()
    read("a run")
    for node_id in ("order", "rest", "enough"):
        choose(page, node_id)
        read(f"run of {node_id}")


def test_saves_and_versions(page: Page, read: Read, drawn: Workflow) -> None:
    open_(page, drawn)
    choose(page, "order")
    page.keyboard.press("Delete")
    expect(edges(page)).to_have_count(3)
    read("deleted")
    page.locator("summary[aria-label='⟦More ways to save⟧']").click()
    button(page, "Save with a note…").click()
    note = dialog(page, "Save with a note")
    read("save with a note")
    note.get_by_role("textbox").fill("№")
    button(note, "Save").click()
    expect(page.get_by_text("⟦Saved as version 2.⟧")).to_be_visible()
    menu(page, "Versions")
    expect(page.get_by_text("⟦Version 1⟧")).to_be_visible()
    read("versions")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("status", name="Old version")).to_be_visible()
    read("old version")
    button(page, "Back").click()
    menu(page, "Name, description, active…")
    expect(
        dialog(page, "Name, description").get_by_role("textbox").first
    ).to_be_visible()
    read("settings")


def test_saves_that_others_stand_in_the_way_of(
    page: Page, read: Read, drawn: Workflow, schedules: list[ScheduledJob]
) -> None:
    open_(page, drawn)
    other = page.context.new_page()
    open_(other, drawn)
    choose(other, "rest")
    other.get_by_role("textbox", name="⟦Text⟧").fill("2")
    button(other, "Save").click()
    expect(other.get_by_text("⟦Saved as version 2.⟧")).to_be_visible()
    choose(page, "rest")
    page.get_by_role("textbox", name="⟦Text⟧").fill("3")
    button(page, "Save").click()
    asked = dialog(page, "You saved this workflow in another window")
    expect(asked).to_be_visible()
    read("conflict")
    button(asked, "Merge and review").click()
    expect(page.locator(".o-findings")).to_be_visible()
    read("merged")


def test_triggers_that_schedules_need_and_sessions_that_have_ended(
    page: Page, read: Read, drawn: Workflow, schedules: list[ScheduledJob]
) -> None:
    open_(page, drawn)
    choose(page, "daily")
    expect(page.locator(".o-slip")).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.get_by_text("⟦You deleted “№0”")).to_be_visible()
    read("bereft schedules")
    button(page, "Save").click()
    asked = dialog(page, "Schedules would have nothing to start")
    expect(asked).to_be_visible()
    read("orphans")
    button(asked, "Keep editing").click()
    page.reload()
    expect(page.get_by_role("status", name="Unsaved changes")).to_be_visible()
    read("draft")
    button(page, "Restore").click()
    Session.objects.all().delete()
    button(page, "Save").click()
    expect(dialog(page, "You have been signed out")).to_be_visible()
    read("signed out")
