"""An error is answered alike at every door: the same status, code and sentence.

`python -m tests.schedules.services.doors` prints the table of errors and doors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.core import exceptions as django
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, UnreadablePostError
from django.test import Client
from redis.exceptions import BusyLoadingError, ConnectionError
from rest_framework import exceptions as rest

from platform_site.accounts.models import ApiToken
from schedules.exceptions import (
    InvalidSchedule,
    KeyReused,
    NeedsApproval,
    ScheduleNotAllowed,
    ScheduleNotFound,
    ScheduleStopped,
    StaleSchedule,
)
from schedules.models import ScheduledJob
from schedules.rq.messages import RedisAway
from schedules.services.access import OWNER_MAY_NOT_RUN
from schedules.tools import tools
from tests.api import client
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.test_page import filled
from tests.schedules.api.conftest import SCHEDULES, address
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.kit.errors import TooLarge
from workflows.kit.refusals import refusal_of
from workflows.tools import ToolContext, call_tool

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]
Raise = Callable[[], Exception]


def away(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


# What may be raised, and the status and code with which it is answered.
REFUSED: dict[str, tuple[Raise, int, str]] = {
    "database locked": (
        lambda: OperationalError("database is locked"),
        503,
        "unavailable",
    ),
    "database away": (
        lambda: InterfaceError("the connection is closed"),
        503,
        "unavailable",
    ),
    "Redis loading": (lambda: BusyLoadingError("loading"), 503, "unavailable"),
    "Redis away": (
        lambda: away(RedisAway("refused"), ConnectionError("refused")),
        503,
        "unavailable",
    ),
    "no such row": (lambda: Http404("a table"), 404, "not_found"),
    "no such address": (lambda: Http404("a table"), 404, "not_found"),
    "no such schedule": (ScheduleNotFound, 404, "not_found"),
    "Django's permissions": (
        lambda: django.PermissionDenied("Only on Mondays."),
        403,
        "not_allowed",
    ),
    "REST's permissions": (
        lambda: rest.PermissionDenied("Only on Mondays."),
        403,
        "permission_denied",
    ),
    "owner may not run": (
        lambda: ScheduleNotAllowed(OWNER_MAY_NOT_RUN),
        403,
        "not_allowed",
    ),
    "a field": (
        lambda: InvalidSchedule(errors={"note": ["Too long."]}),
        400,
        "invalid",
    ),
    "Django's validation": (
        lambda: django.ValidationError({"note": "Too long."}),
        400,
        "invalid",
    ),
    "REST's validation": (
        lambda: rest.ValidationError({"note": ["Too long."]}),
        400,
        "invalid",
    ),
    "state": (ScheduleStopped, 409, "schedule_stopped"),
    "proposal": (NeedsApproval, 409, "needs_approval"),
    "version": (StaleSchedule, 409, "stale_version"),
    "key": (KeyReused, 422, "idempotency_key_reused"),
    "body too large": (lambda: TooLarge(10), 413, "too_large"),
    "Django's bound of a body": (django.RequestDataTooBig, 413, "too_large"),
    "body cut off": (UnreadablePostError, 400, "parse_error"),
    "body unreadable": (
        lambda: rest.ParseError("JSON parse error"),
        400,
        "parse_error",
    ),
}


class Answer(NamedTuple):
    """What a door says; the pages of the admin have neither status nor code."""

    text: str
    status: int | None = None
    code: str = ""
    fields: frozenset[str] = frozenset()


@dataclass
class Site:
    """Somebody who pauses a schedule, by any door."""

    user: User
    schedule: ScheduledJob

    def rest(self) -> Answer:
        answer = client(self.user).post(address(self.schedule, "pause"), format="json")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.status_code == 503) == ("Retry-After" in answer.headers)
        told = answer.json()
        return Answer(
            told["detail"], answer.status_code, told["code"], frozenset(told["errors"])
        )

    def rest_bulk(self) -> Answer:
        body = {"action": "pause", "ids": [str(self.schedule.pk)]}
        answer = client(self.user).post(f"{SCHEDULES}bulk/", body, format="json")
        (told,) = answer.json()["results"]
        return Answer(told["detail"], told["status"], told["code"])

    def admin_button(self) -> Answer:
        return self._pressed(page(self.schedule, "pause"), {})

    def admin_bulk(self) -> Answer:
        return self._confirmed("pause")

    def admin_delete(self) -> Answer:
        return self._confirmed("delete")

    def _confirmed(self, verb: str) -> Answer:
        """What the account of a bulk action says."""
        browser = self._browser()
        chosen = {"action": verb, "_selected_action": str(self.schedule.pk)}
        answer: Any = browser.post(browser.post(LIST, chosen).url, follow=True)
        told = [*answer.context["messages"]]
        told += [
            f"“{i.schedule_name}”: {i.reason}" for i in answer.context["account"].items
        ]
        return Answer(" ".join(map(str, told)))

    def admin_form(self) -> Answer:
        browser, path = self._browser(), page(self.schedule)
        answer: Any = browser.post(path, filled(browser, path, name="new"))
        if answer.status_code == 500:
            return Answer("", 500)
        if "Someone else saved first" in answer.text:  # a page with both versions
            return Answer(StaleSchedule.message, answer.status_code)
        problems = answer.context["adminform"].form.errors
        return Answer(
            " ".join(f"{field}: {' '.join(why)}" for field, why in problems.items())
        )

    def _browser(self) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(self.user)
        return browser

    def _pressed(self, path: str, form: dict[str, str]) -> Answer:
        answer: Any = self._browser().post(path, form, follow=True)
        if answer.status_code == 500:
            return Answer("", 500)
        assert answer.status_code == 200
        return Answer(" ".join(map(str, answer.context["messages"])))

    def tool(self) -> Answer:
        context = ToolContext(user=self.user, clock=lambda: NOON)
        given = {"schedule_id": str(self.schedule.pk)}
        return _told(call_tool(tools["schedule_pause"], given, context).content)

    def mcp(self) -> Answer:
        given = {"schedule_id": str(self.schedule.pk)}
        called = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "schedule_pause", "arguments": given},
        }
        _, token = ApiToken.objects.create(user=self.user)
        answer = Client().post(
            "/mcp/",
            called,
            "application/json",
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json, text/event-stream",
            },
        )
        result = answer.json()["result"]
        assert result["isError"]
        return _told(json.loads(result["content"][0]["text"]))


def _told(content: dict[str, Any]) -> Answer:
    error = content["error"]
    fields = frozenset(problem["field"] for problem in error["problems"])
    return Answer(error["message"], code=error["code"], fields=fields)


DOORS: dict[str, Callable[[Site], Answer]] = {
    "REST": Site.rest,
    "REST bulk": Site.rest_bulk,
    "admin button": Site.admin_button,
    "admin bulk": Site.admin_bulk,
    "admin delete": Site.admin_delete,
    "admin form": Site.admin_form,
    "tool": Site.tool,
    "MCP": Site.mcp,
}
ANSWERS: dict[str, dict[str, Answer]] = {}


@pytest.fixture
def site(alice: User, make_schedule: MakeSchedule) -> Site:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return Site(alice, make_schedule())


@contextmanager
def failing(make: Raise) -> Iterator[None]:
    """Whoever changes or deletes a schedule meets a new error of this kind there."""
    table = ScheduledJob._meta.db_table
    change = re.compile(rf'(UPDATE|DELETE FROM) "{table}"')

    def fail(execute: Any, sql: str, *others: Any) -> Any:
        if change.match(sql):
            raise make()
        return execute(sql, *others)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("name", REFUSED)
def test_every_door_answers_alike(site: Site, name: str) -> None:
    make, status, code = REFUSED[name]
    with failing(make):
        answers = ANSWERS[name] = {door: ask(site) for door, ask in DOORS.items()}
    refusal = refusal_of(make())
    assert refusal is not None
    in_words = [refusal.message, *(why for [why] in refusal.errors.values())]
    for door, answer in answers.items():
        assert any(words in answer.text for words in in_words), door
        assert answer.status in (status, None), door
        assert answer.code in (code, ""), door
    for door in ("REST", "tool", "MCP"):
        assert answers[door].fields == set(refusal.errors), door
    if status == 503:
        assert "Nothing was done. Try again in a moment." in refusal.message
    assert ScheduledJob.objects.get().status == "active"


def test_a_fault_is_none_of_the_callers(site: Site) -> None:
    """It is said without its text, which may hold a secret."""
    with failing(lambda: KeyError("secret")):
        answers = ANSWERS["a fault"] = {door: ask(site) for door, ask in DOORS.items()}
    assert [answers[door].status for door in ("REST", "REST bulk")] == [500, 500]
    assert [answers[f"admin {door}"].status for door in ("button", "form")] == [500] * 2
    for door in ("admin bulk", "admin delete"):
        assert "“job”: An unexpected error occurred" in answers[door].text
    assert {answers[door].code for door in ("tool", "MCP")} == {"tool_failed"}
    assert not any("secret" in answer.text for answer in answers.values())
