"""Choosing what a schedule runs: the fields of the arguments are those of the signature."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from django import forms
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob
from tests.permissions import CALLS, allow
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.admin.forms import filled
from tests.schedules.calls import REMIND, TIDY, alice, callables, create
from tests.schedules.conftest import MakeSchedule
from workflows.callables import declarations, schedulable

__all__ = ["alice", "callables"]
ADD = f"{LIST}add/"
OBJECTS = f"{LIST}objects/"
SHOW_FIELDS = {"_fields": "1"}
NEW = {"name": "nightly", "cron_expression": "30 2 * * *", "timezone": "Europe/Berlin"}


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


def everything(
    untyped,
    name: str,
    count: int,
    ratio: float,
    on: bool,  # noqa: FBT001
    day: date,
    at: datetime,
    clock: time,
    wait: timedelta,
    token: UUID,
    price: Decimal,
    size: Size,
    user: User,
    words: list[str],
    mode: Literal["fast", "slow"] = "fast",
    note: str | None = None,
    maybe: bool | None = None,  # noqa: FBT001
    loud: bool = True,  # noqa: FBT001, FBT002
) -> None:
    """Take one of each."""


def declare(name: str, parameters: str) -> None:
    """Write a function of this dotted name, and declare it."""
    module, _, bare = name.rpartition(".")
    made: dict[str, Any] = {"__name__": module}
    exec(f"def {bare}({parameters}) -> None: ...", made)
    schedulable(made[bare])


def open_ended(first: int = 1, **others: int) -> None: ...


EVERYTHING = f"{__name__}.everything"
OPEN_ENDED = f"{__name__}.open_ended"


@pytest.fixture(autouse=True)
def declared(callables: None) -> None:
    schedulable(everything)
    schedulable(open_ended)


@pytest.fixture
def clerk(db: None) -> User:
    """Staff who may add and change schedules and call functions, and nothing else."""
    user = User.objects.create_user("clerk", is_staff=True)
    names = ["add_scheduledjob", "change_scheduledjob", "view_scheduledjob"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return allow(user, "ostinato_workflows.call_function")


@pytest.fixture
def desk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def form_of(response: HttpResponse) -> Any:
    return response.context["adminform"].form


def choose(site: Client, call: str, address: str = ADD, **typed: Any) -> Any:
    """The form after "Show its fields"."""
    sent = filled(site, address, call=call, **typed) | SHOW_FIELDS
    response = site.post(address, sent)
    assert response.status_code == 200
    return form_of(response)


def offered(form: Any) -> dict[str, list[str]]:
    return {
        group: [value for value, _ in choices]
        for group, choices in form.fields["call"].choices
        if isinstance(choices, list)
    }


class TestChoice:
    def test_functions_and_commands_are_offered_in_groups(self, site: Client):
        groups = offered(form_of(site.get(ADD)))
        assert groups["Functions"] == [EVERYTHING, OPEN_ENDED, REMIND, TIDY]
        assert "clearsessions" in groups["Management commands"]

    def test_only_what_the_person_may_call_is_offered(self, desk: Client):
        assert list(offered(form_of(desk.get(ADD)))) == ["Functions"]

    def test_who_may_call_nothing_is_told_which_permission_is_missing(
        self, desk: Client
    ) -> None:
        Permission.objects.filter(codename="call_function").delete()
        form = form_of(desk.get(ADD))
        assert offered(form) == {}
        assert "functions" in form["call"].help_text
        assert "ask an administrator" in form["call"].help_text

    def test_what_was_typed_stays_and_nothing_is_saved(self, site: Client):
        form = choose(site, REMIND, name="typed", tags="a, b", description="why")
        assert not form.errors
        assert form["name"].value() == "typed"
        assert form["tags"].value() == "a, b"
        assert {"argument-customer", "argument-days", "argument-since"} <= {
            *form.fields
        }
        assert "workflow" not in form.fields
        assert not ScheduledJob.objects.exists()

    def test_what_was_typed_stays_on_the_page_of_a_schedule(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule(trigger_payload={"a": 1})
        form = choose(site, "", page(schedule), trigger_payload='{"a": 2, ')
        assert form["trigger_payload"].value() == '{"a": 2, '
        assert REMIND in str(choose(site, REMIND, page(schedule))["call"])

    def test_a_link_may_name_it(self, site: Client):
        form = form_of(site.get(f"{ADD}?call={REMIND}&argument-customer=Ada"))
        assert form["call"].value() == REMIND
        assert form["argument-customer"].value() == "Ada"

    def test_what_it_does_is_told(self, site: Client):
        sent = filled(site, ADD, call=EVERYTHING) | SHOW_FIELDS
        assert "Take one of each." in site.post(ADD, sent).text

    def test_what_is_not_offered_is_refused(self, desk: Client):
        response = desk.post(ADD, filled(desk, ADD, **NEW) | {"call": "clearsessions"})
        assert "call" in form_of(response).errors
        assert not any(name.startswith("argument") for name in form_of(response).fields)


class TestFields:
    @pytest.fixture
    def fields(self, site: Client) -> dict[str, forms.Field]:
        form = choose(site, EVERYTHING)
        prefix = "argument-"
        return {
            name.removeprefix(prefix): field
            for name, field in form.fields.items()
            if name.startswith(prefix)
        }

    def test_each_type_has_its_input(self, fields: dict[str, forms.Field]):
        inputs = {
            name: getattr(field.widget, "input_type", type(field.widget).__name__)
            for name, field in fields.items()
        }
        assert inputs == {
            "untyped": "Textarea",
            "name": "text",
            "count": "number",
            "ratio": "number",
            "on": "checkbox",
            "day": "date",
            "at": "datetime-local",
            "clock": "time",
            "wait": "text",
            "token": "text",
            "price": "text",
            "size": "select",
            "user": "select",
            "words": "Textarea",
            "mode": "select",
            "note": "text",
            "maybe": "select",
            "loud": "checkbox",
        }

    def test_what_has_no_default_is_required(self, fields: dict[str, forms.Field]):
        optional = {name for name, field in fields.items() if not field.required}
        # A checkbox that is not checked is an answer, too.
        assert optional == {"on", "mode", "note", "maybe", "loud"}

    def test_defaults_are_shown(self, fields: dict[str, forms.Field]):
        assert fields["mode"].initial == '"fast"'
        assert fields["mode"].help_text == "Default: fast."
        assert fields["loud"].initial is True
        assert fields["note"].initial is None
        assert fields["untyped"].prepare_value(None) is None


FILLED = {
    "untyped": '{"a": [1]}',
    "name": "Ada",
    "count": "3",
    "ratio": "0.5",
    "on": "on",
    "day": "2026-03-29",
    "at": "2026-03-29T09:00:00",
    "clock": "10:30:00",
    "wait": "00:05:00",
    "token": "01234567-89ab-cdef-0123-456789abcdef",
    "price": "12.50",
    "size": '"l"',
    "words": '["a", "b"]',
}


def fill(site: Client, call: str, address: str = ADD, **arguments: Any) -> Any:
    """The answer to the form of a new schedule that calls it with these arguments."""
    form = choose(site, call, address, **(NEW if address == ADD else {}))
    sent = {name: form[name].value() for name in form.fields}
    shown = {name: value for name, value in sent.items() if value not in (None, False)}
    given = {f"argument-{name}": value for name, value in arguments.items()}
    return site.post(address, {**shown, **given})


class TestSaving:
    def test_arguments_of_each_type_are_plain_data(self, site: Client, alice: User):
        response = fill(site, EVERYTHING, **FILLED, user=alice.pk)
        assert response.status_code == 302, form_of(response).errors
        schedule = ScheduledJob.objects.get()
        assert (schedule.call, schedule.name) == (EVERYTHING, "nightly")
        # Defaults that were not changed are left to the code.
        assert schedule.arguments == {
            "untyped": {"a": [1]},
            "name": "Ada",
            "count": 3,
            "ratio": 0.5,
            "on": True,
            "day": "2026-03-29",
            "at": "2026-03-29T09:00:00+02:00",
            "clock": "10:30:00",
            "wait": "00:05:00",
            "token": "01234567-89ab-cdef-0123-456789abcdef",
            "price": "12.50",
            "size": "l",
            "user": f"auth.user:{alice.pk}",
            "words": ["a", "b"],
        }

    @pytest.mark.parametrize(
        ("argument", "value"),
        [
            ("name", ""),
            ("count", "three"),
            ("day", "soon"),
            ("at", "2026-13-01T00:00"),
            ("wait", "a while"),
            ("token", "abc"),
            ("price", "cheap"),
            ("size", '"xl"'),
            ("user", "0"),
            ("untyped", "{"),
            ("words", '["a", 1]'),
        ],
    )
    def test_a_wrong_one_is_refused_at_its_field(
        self, site: Client, alice: User, argument: str, value: str
    ) -> None:
        given = FILLED | {"user": alice.pk, argument: value}
        response = fill(site, EVERYTHING, **given)
        assert list(form_of(response).errors) == [f"argument-{argument}"]
        assert not ScheduledJob.objects.exists()

    def test_further_arguments_of_a_function_that_takes_any(self, site: Client):
        form = choose(site, OPEN_ENDED, **NEW)
        sent = {name: form[name].value() or "" for name in form.fields}
        rest = "further-arguments"
        refused = form_of(site.post(ADD, sent | {rest: '{"second": "x"}'}))
        assert list(refused.errors) == [rest]
        assert site.post(ADD, sent | {rest: '{"second": 2}'}).status_code == 302
        schedule = ScheduledJob.objects.get()
        assert schedule.arguments == {"second": 2}
        assert form_of(site.get(page(schedule)))[rest].value() == '{"second": 2}'

    def test_a_command_takes_its_options(self, site: Client, ostinato: Any):
        ostinato(COMMANDS=["check"])
        response = fill(site, "check", deploy="on")
        assert response.status_code == 302, form_of(response).errors
        schedule = ScheduledJob.objects.get()
        assert schedule.call == "check"
        assert schedule.arguments["deploy"] is True


class TestEditing:
    def test_what_is_not_touched_is_kept(self, site: Client, alice: User):
        allow(alice, *CALLS)
        schedule = create(alice, arguments={"customer": "Ada", "days": 14})
        sent = filled(site, page(schedule), name="renamed")
        assert site.post(page(schedule), sent).status_code == 302
        schedule.refresh_from_db()
        assert schedule.name == "renamed"
        assert schedule.arguments == {"customer": "Ada", "days": 14}

    def test_an_argument_is_changed(self, site: Client, alice: User):
        schedule = create(alice)
        sent = filled(site, page(schedule), **{"argument-since": "2026-01-31"})
        assert site.post(page(schedule), sent).status_code == 302
        schedule.refresh_from_db()
        assert schedule.arguments == {"customer": "Ada", "since": "2026-01-31"}

    def test_something_else_is_chosen(self, site: Client, alice: User):
        schedule = create(alice)
        assert fill(site, TIDY, page(schedule)).status_code == 302
        schedule.refresh_from_db()
        assert (schedule.call, schedule.arguments) == (TIDY, {})

    def test_a_call_takes_the_place_of_a_workflow_and_the_reverse(
        self, site: Client, alice: User, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule()
        drawn = schedule.workflow
        assert fill(site, REMIND, page(schedule), customer="Eve").status_code == 302
        schedule.refresh_from_db()
        assert (schedule.call, schedule.arguments) == (REMIND, {"customer": "Eve"})

        form = choose(site, "", page(schedule), workflow=drawn.pk)
        sent = {name: form[name].value() or "" for name in form.fields}
        response = site.post(page(schedule), sent | {"workflow": drawn.pk})
        assert response.status_code == 302, form_of(response).errors
        schedule.refresh_from_db()
        assert (schedule.call, schedule.arguments) == ("", {})
        assert schedule.workflow == drawn

    def test_one_that_is_gone_has_its_name_its_arguments_and_the_remedy(
        self, site: Client, alice: User
    ) -> None:
        schedule = create(alice)
        declarations.by_name.pop(REMIND)
        response = site.get(page(schedule))
        form = form_of(response)
        assert form["call"].value() == REMIND
        assert f"{REMIND} (not available)" in str(form["call"])
        assert "Nothing of this name may be called" in response.text
        assert "What to do: choose something else" in response.text
        assert "&quot;customer&quot;: &quot;Ada&quot;" in response.text

    def test_a_signature_that_changed_is_told_and_can_be_mended(
        self, site: Client, alice: User
    ) -> None:
        schedule = create(alice)
        declarations.by_name.pop(REMIND)
        declare(REMIND, "client: str")
        response = site.get(page(schedule))
        assert "arguments.customer" in response.text
        sent = filled(site, page(schedule), **{"argument-client": "Ada"})
        response = site.post(page(schedule), sent)
        assert response.status_code == 302, form_of(response).errors
        schedule.refresh_from_db()
        assert schedule.arguments == {"client": "Ada"}

    def test_without_the_permission_to_call_it_is_only_shown(
        self, desk: Client, clerk: User, alice: User
    ) -> None:
        schedule = create(alice)
        clerk.user_permissions.remove(Permission.objects.get(codename="call_function"))
        response = desk.get(page(schedule))
        assert "You do not have permission to call it" in response.text
        assert "argument-customer" not in form_of(response).fields


class TestObjects:
    @pytest.fixture
    def asked(self) -> dict[str, str]:
        return {"app_label": "auth", "model_name": "user", "term": "ali"}

    def test_are_found_as_in_their_own_admin(
        self, site: Client, alice: User, asked: dict[str, str]
    ) -> None:
        answer = site.get(OBJECTS, asked).json()
        assert answer["results"] == [{"id": str(alice.pk), "text": "alice"}]

    def test_only_by_those_who_may_view_them(
        self, desk: Client, asked: dict[str, str]
    ) -> None:
        assert desk.get(OBJECTS, asked).status_code == 403

    @pytest.mark.parametrize("name", ["", "nothing", "group\x00"])
    def test_of_a_model_that_does_not_exist(self, site: Client, name: str):
        asked = {"app_label": "auth", "model_name": name}
        assert site.get(OBJECTS, asked).status_code == 403

    def test_without_their_admin_the_key_is_entered(
        self, desk: Client, clerk: User, alice: User
    ) -> None:
        field = choose(desk, EVERYTHING).fields["argument-user"]
        assert field.help_text == "The key of the user."
        response = fill(desk, EVERYTHING, **FILLED, user=alice.pk)
        assert list(form_of(response).errors) == ["argument-user"]
        allow(clerk, "auth.view_user")
        # Read anew: now they may search for users.
        assert fill(desk, EVERYTHING, **FILLED, user=alice.pk).status_code == 302
        schedule = ScheduledJob.objects.get()
        assert schedule.arguments["user"] == f"auth.user:{alice.pk}"
        shown = form_of(desk.get(page(schedule)))["argument-user"]
        assert ">alice<" in str(shown).replace("\n", "")


def test_more_callables_cost_no_more_queries(site: Client) -> None:
    site.get(ADD)
    with CaptureQueriesContext(connection) as few:
        site.get(ADD)
    for number in range(10):
        declare(f"{__name__}.task_{number}", "day: int")
    with CaptureQueriesContext(connection) as many:
        site.get(ADD)
    assert len(many) == len(few)
