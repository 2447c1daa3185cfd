"""Every text of ours on every kind of page can be translated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, create_schedule
from schedules.timing import zones
from schedules.timing.zone_search import countries_of
from tests.browser.admin.site_pages import (
    EXECUTIONS,
    RUNS,
    SCHEDULES,
    WORKFLOWS,
    sample_pages,
)
from tests.graphs import add_graph, startable
from tests.pseudo_language import untranslated
from tests.schedules.admin.bulk.conftest import all_asked
from tests.schedules.admin.form.forms import save
from tests.workflows.running import run
from workflows.callables import targets
from workflows.display.people import initials
from workflows.kit.users import full_name
from workflows.models import Workflow, WorkflowExecution, WorkflowNode

# What nobody translates: products, packages without texts, Django's icons of yes and no, and
# what the sample site has in its columns of texts and JSON.
NAMES = {"Ostinato", "tzdata", "JSON", "UTC", "True", "False"}
NAMES |= {"Axes", "Django_Rq", "Django-RQ", "Tasks Database Backend"}
NAMES |= {"HTTP 503 from stock.example.com", "mon-fri", "mon", "ada"}


WITH_COMMA = re.compile(
    r'\b(?:[xyr]|[xy][12]|c[xy]|width|height|value|min|max|step)="[-0-9.]+,[0-9]+%?"'
)


def named_by_code() -> Iterator[str]:
    for zone in zones.timezone_names():
        yield from (zone, zone.rpartition("/")[2].replace("_", " "))
        yield from countries_of(zone)
    for target in targets():
        yield from (target.title, target.name, target.description)
        yield from (name.capitalize() for name in target.schema["properties"])
    yield from Permission.objects.values_list("name", flat=True)


def named_by_people() -> Iterator[str]:
    for user in User.objects.all():
        yield from (user.username, full_name(user), initials(full_name(user)))
        yield from (user.first_name, user.last_name)
    for schedule in ScheduledJob.objects.all():
        yield from (schedule.name, schedule.status_reason, *schedule.tags)
    for name, node in WorkflowNode.objects.values_list("workflow__name", "node_id"):
        yield from (name, node)
    yield from Group.objects.values_list("name", flat=True)


def recorded() -> Iterator[str]:
    yield from WorkflowNode.objects.values_list("component_type", flat=True)
    yield from LogEntry.objects.values_list("change_message", flat=True)
    for event in ScheduleEvent.objects.all():
        yield from (json.dumps(event.before), json.dumps(event.after))
    for model in (ScheduledRun, WorkflowExecution):
        for pk in model._default_manager.values_list("pk", flat=True):
            yield from (str(pk), str(pk)[:8])


def assert_translated(client: Client, pages: dict[str, str]) -> None:
    names = chain(NAMES, named_by_code(), named_by_people(), recorded())
    known = {name for name in names if len(name) > 1}
    left = {}
    for what, address in pages.items():
        answer = client.get(address)
        assert answer.status_code == 200, what
        # A drawing or an input with "12,5" is none.
        assert re.findall(WITH_COMMA, answer.text) == [], what
        if texts := untranslated(answer.text, known):
            left[what] = texts
    assert left == {}


def test_every_text_of_a_page_can_be_translated(abroad: Client) -> None:
    now = timezone.now()
    pages = sample_pages(now)
    schedule = ScheduledJob.objects.get(name="Nightly invoice export")
    workflow = schedule.workflow
    drawn = Workflow.objects.create(name="Greeting", owner=workflow.owner)
    nodes = {"by_hand": ("trigger_manual", {}), "greet": ("template", {"text": "Hi"})}
    add_graph(drawn, nodes, [("by_hand", "greet")])
    execution = run(drawn)
    missed = ScheduledRun.objects.filter(status="missed").latest("scheduled_for")
    run_at = missed.scheduled_for.strftime("%Y-%m-%dT%H:%M:%S")
    pages |= {
        "why": f"{SCHEDULES}{missed.schedule_id}/change/?at={run_at}",
        "why not": f"{SCHEDULES}{schedule.pk}/change/?at=2100-01-01T00:00:30",
        "history": f"{SCHEDULES}{schedule.pk}/history/",
        "missed run": f"{RUNS}{missed.pk}/change/",
        "execution": f"{EXECUTIONS}{execution.pk}/change/",
        "epochs": "/admin/ostinato_schedules/scheduleepoch/",
        "day": f"{SCHEDULES}calendar/?day={now:%Y-%m-%d}",
        "decisions": f"{SCHEDULES}approvals/?show=decided",
        "deletion of a workflow": f"{WORKFLOWS}{workflow.pk}/delete/",
        "canvas": f"{WORKFLOWS}{drawn.pk}/canvas/",
        "new webhook": "/admin/ostinato_triggers/webhook/add/",
        "new token": "/admin/ostinato_accounts/apitoken/add/",
        "a call": f"{SCHEDULES}add/?call=workflows.example_functions.text_summary",
    }
    for verb in ("pause", "resume", "run", "tag", "delete"):
        pages[verb] = all_asked(abroad, verb)
    assert_translated(abroad, pages)


def test_every_text_in_front_of_the_site_can_be_translated(abroad: Client) -> None:
    abroad.logout()
    assert_translated(abroad, {"sign in": "/admin/login/"})
    refused = abroad.get("/nothing/")
    assert refused.status_code == 404
    assert untranslated(refused.text, NAMES) == []


def test_a_page_names_its_language_and_its_direction(abroad: Client) -> None:
    def head(language: str) -> str:
        page = abroad.get(SCHEDULES, headers={"accept-language": language})
        assert page.headers["Content-Language"] == language
        assert "Accept-Language" in page.headers["Vary"]
        return page.text[:200]

    assert '<html lang="de" dir="ltr">' in head("de")
    assert '<html lang="ar" dir="rtl">' in head("ar")


def test_dates_are_in_the_language_of_the_page(abroad: Client) -> None:
    month = datetime.now(UTC).replace(month=3, day=1)
    page = abroad.get(
        f"{SCHEDULES}calendar/?month={month:%Y-%m}", headers={"accept-language": "de"}
    )
    assert f"März {month:%Y}" in page.text
    assert "March" not in page.text


def test_a_form_that_was_not_changed_changes_nothing(abroad: Client) -> None:
    boss, now = User.objects.get(), timezone.now()
    fields = {"name": "job", "workflow": startable("greeting", boss)}
    fields |= {"interval_seconds": 5400, "start_at": now, "timezone": "Europe/Berlin"}
    schedule = create_schedule(fields, actor=Actor.person(boss), now=now)
    address = f"{SCHEDULES}{schedule.pk}/change/"
    assert save(abroad, address, description="1.5") == {}
    schedule.refresh_from_db()
    assert schedule.events.get(verb="update").after == {"description": "1.5"}
