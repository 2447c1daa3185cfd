"""What programs read, and what is recorded, is English, whatever language a page is in."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation

from platform_site.local.data_dir import BASE_DIR
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, create_schedule, explain
from schedules.services.insight.sentences import timing_text
from schedules.tools import tools
from tests.browser.admin.site_pages import SCHEDULES
from tests.graphs import startable
from tests.pseudo_language import LANGUAGE
from workflows.tools import ToolContext, call_tool

API = "/api/v1/schedules/"
# Where texts for people are made: admin pages, and what they are made of.
SPEAKING = {"admin", "display", "templatetags", "own_admin", "locale"}
SPEAKING_FILES = {
    "platform_site/accounts/admin.py",
    "platform_site/http/errors.py",  # pages of our own site
    "platform_site/http/middleware.py",
    "triggers/admin.py",
    "workflows/kit/admin.py",
    "workflows/kit/admin_lists.py",
    "workflows/kit/api/base.py",  # there it is turned off
    "workflows/processes/surroundings.py",  # there it is put back
}


@pytest.fixture
def schedule(abroad: Client) -> ScheduledJob:
    boss = User.objects.get()
    fields = {"name": "job", "workflow": startable("greeting", boss)}
    fields |= {"cron_expression": "0 4 * * mon", "run_on": "worker"}
    return create_schedule(fields, actor=Actor.person(boss), now=timezone.now())


def test_what_a_person_does_on_a_page_is_recorded_in_english(
    abroad: Client, schedule: ScheduledJob, log_lines: Callable[[], str]
) -> None:
    answer = abroad.post(
        f"{SCHEDULES}{schedule.pk}/pause/", {"note": "holidays"}, follow=True
    )
    assert "⟦Paused “" in answer.text
    rows = [
        *ScheduleEvent.objects.values(),
        *LogEntry.objects.values(),
        *ScheduledJob.objects.values(),
    ]
    assert LogEntry.objects.filter(change_message="Paused. holidays").exists()
    assert "⟦" not in str(rows) + log_lines()


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "", None),
        ("GET", "?status=nonsense", None),
        ("POST", "", {}),
        ("POST", "", {"name": "x", "cron_expression": "61 * * * *"}),
        ("POST", "preview/", {"interval_seconds": 90}),
        ("OPTIONS", "", None),
        ("PUT", "", {}),
        ("GET", "nothing/", None),
    ],
)
def test_the_api_answers_in_english(
    abroad: Client, schedule: ScheduledJob, method: str, address: str, body: Any
) -> None:
    def answer(language: str) -> tuple[int, str, bytes]:
        given = "" if body is None else json.dumps(body)
        found = abroad.generic(
            method,
            API + address,
            given,
            "application/json",
            headers={"accept-language": language},
        )
        return found.status_code, found.headers["Content-Type"], found.content

    assert answer(LANGUAGE) == answer("en")
    assert "⟦" not in answer(LANGUAGE)[2].decode()


def test_its_description_and_health_are_in_english(abroad: Client) -> None:
    for address in ("/api/schema/", "/healthz", "/readyz", "/api/v1/node-types/"):
        assert "⟦" not in abroad.get(address).text


def test_services_and_tools_speak_english_on_a_page_too(schedule: ScheduledJob) -> None:
    now = timezone.now()
    boss = schedule.owner
    context = ToolContext(user=boss, clock=lambda: now)

    def said() -> list[str]:
        calls: list[tuple[str, Any]] = [
            ("schedule_list", {}),
            ("schedule_explain", {"schedule_id": str(schedule.pk), "at": "nonsense"}),
            ("schedule_create", {"name": "x"}),
        ]
        found = [
            str(call_tool(tools[name], given, context).content) for name, given in calls
        ]
        told = explain(schedule, at=now + timedelta(days=1), now=now)
        return [*found, told.sentence, timing_text(schedule.timing, "UTC")]

    english = said()
    with translation.override(LANGUAGE):
        abroad = said()
    assert abroad == english
    assert english[-1] == "At 04:00 on Mondays (UTC)"


def test_nothing_but_pages_knows_of_languages() -> None:
    """What does not import Django's translations cannot write any of them. Models and apps only
    name themselves, lazily."""
    found = {
        str(path.relative_to(BASE_DIR)): imported
        for app in ("platform_site", "schedules", "triggers", "workflows")
        for path in (BASE_DIR / app).rglob("*.py")
        if (imported := _of_translation(path))
    }
    for path, imported in found.items():
        if path in SPEAKING_FILES or SPEAKING & {*Path(path).parts}:
            continue
        names_itself = "models" in path or path.endswith("apps.py")
        assert names_itself, path
        assert imported == {"gettext_lazy"}, path


def _of_translation(path: Path) -> set[str]:
    return {
        name.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (
            node.module == "django.utils.translation"
            or (node.module == "django.utils" and "translation" in str(ast.dump(node)))
        )
        for name in node.names
    }


MARKS = {"gettext_lazy", "ngettext", "pgettext", "phrase", "phrases", "_", "gettext"}


def test_every_text_is_one_that_translators_find() -> None:
    """`makemessages` reads literals only."""
    found = [
        f"{path.relative_to(BASE_DIR)}:{call.lineno}"
        for app in ("platform_site", "schedules", "triggers", "workflows")
        for path in (BASE_DIR / app).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in MARKS
        and not isinstance(call.args[0], ast.Constant)
    ]
    # It reads what others have marked.
    assert {place.partition(":")[0] for place in found} == {
        "workflows/display/languages.py"
    }
