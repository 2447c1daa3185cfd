"""Workflows as files, and new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule
from tests.browser.canvas.conftest import OpenCanvas, OpenSignedIn
from tests.browser.canvas.hands import dialog, menu, nodes
from workflows.models import Workflow

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
NEW = "/admin/ostinato_workflows/workflow/add/"


def test_an_exported_workflow_is_imported_again_with_its_schedules(
    open_canvas: OpenCanvas, drawn: Workflow, boss: User, tmp_path: Path
) -> None:
    create_schedule(
        {"name": "Each morning", "workflow": drawn, "cron_expression": "0 7 * * *"},
        actor=Actor.person(boss),
        now=timezone.now(),
    )
    page = open_canvas()
    with page.expect_download() as download:
        menu(page, "Export with schedules (YAML)")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    written = yaml.safe_load(file.read_text())
    assert written["workflow"]["name"] == "Stock check"
    menu(page, "Import…")
    form = dialog(page, "Import a workflow")
    form.get_by_label("File to import").set_input_files(file)
    expect(form).to_contain_text("5 nodes, 4 connections")
    expect(form).to_contain_text("1 schedule, paused until you resume it")
    expect(form).to_contain_text("Each morning")
    assert Workflow.objects.count() == 1
    form.get_by_label("Name").fill("Stock check, again")
    form.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stock check, again")
    expect(nodes(page)).to_have_count(5)
    copy = Workflow.objects.get(name="Stock check, again")
    schedule = ScheduledJob.objects.get(workflow=copy)
    assert schedule.status == "paused"


def test_a_broken_file_is_refused_with_the_line_that_is_wrong(
    open_canvas: OpenCanvas, tmp_path: Path
) -> None:
    page = open_canvas(refusals=[400])
    menu(page, "Import…")
    form = dialog(page, "Import a workflow")
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow:\n  name: Broken\n  nodes: [\n")
    form.get_by_label("File to import").set_input_files(broken)
    problem = form.get_by_role("alert")
    expect(problem).to_contain_text("Nothing was imported.")
    expect(problem).to_contain_text("Line 4: this is not YAML")
    expect(form.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("Hello")
    form.get_by_label("File to import").set_input_files(wrong)
    expect(problem).to_contain_text("Choose a file that ends in .yaml, .yml or .json.")
    assert Workflow.objects.count() == 1


def test_a_new_workflow_begins_empty_or_from_a_template(
    open_signed_in: OpenSignedIn,
) -> None:
    page = open_signed_in(NEW)
    empty = page.get_by_role("button", name="An empty drawing")
    empty.click()
    expect(page.get_by_text("Give the workflow a name first.")).to_be_visible()
    page.get_by_label("Name").fill("From nothing")
    empty.click()
    expect(page.get_by_role("heading", name="How does it start?")).to_be_visible()
    page.goto(NEW)
    page.get_by_role("button", name="Uptime check").click()
    expect(nodes(page)).not_to_have_count(0)
    uptime = Workflow.objects.exclude(name="From nothing").get()
    expect(page.get_by_role("heading", level=1)).to_have_text(uptime.name)
    expect(nodes(page)).to_have_count(uptime.nodes.count())
