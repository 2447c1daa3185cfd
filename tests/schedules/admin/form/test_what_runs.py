"""Choosing what a schedule runs: the fields of the arguments are those of the signature."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob
from tests.permissions import CALLS, allow
from tests.schedules.admin.conftest import page
from tests.schedules.admin.form.choosing import (
    ADD,
    EVERYTHING,
    FILLED,
    NEW,
    OPEN_ENDED,
    SHOW_FIELDS,
    choose,
    clerk,
    declare,
    declared,
    desk,
    fill,
    form_of,
    offered,
)
from tests.schedules.admin.form.forms import filled
from tests.schedules.calls import REMIND, TIDY, alice, callables, create
from tests.schedules.conftest import MakeSchedule
from workflows.callables import declarations

__all__ = ["alice", "callables", "clerk", "declared", "desk"]


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

    @pytest.mark.heavy
    def test_what_was_typed_stays_on_the_page_of_a_schedule(
        self, site: Client, make_schedule: MakeSchedule
    ) -> None:
        schedule = make_schedule(trigger_payload={"a": 1})
        form = choose(site, "", page(schedule), trigger_payload='{"a": 2, ')
        assert form["trigger_payload"].value() == '{"a": 2, '
        assert REMIND in str(choose(site, REMIND, page(schedule))["call"])

    def test_of_another_one_stays_what_has_the_same_name_and_kind(self, site: Client):
        declare("other.first", "who: str, many: int, days: int = 7, loud: bool = True")
        declare("other.then", "who: str, many: str, days: int = 30, loud: bool = False")
        typed = {"argument-who": "Ada", "argument-many": "3", "argument-days": "7"}
        shown = {"call": "other.then", "fields-of": "other.first"}
        sent = filled(site, f"{ADD}?call=other.first", **typed) | shown | SHOW_FIELDS
        form = form_of(site.post(ADD, sent | {"argument-loud": "on"}))
        names = ("who", "many", "days", "loud")
        values = [form[f"argument-{name}"].value() for name in names]
        assert values == ["Ada", None, 30, False]
        sent |= {"argument-days": "9"}
        assert form_of(site.post(ADD, sent))["argument-days"].value() == "9"

    def test_the_page_says_what_its_fields_belong_to(self, site: Client):
        page_of_it = site.get(f"{ADD}?call={REMIND}").text
        assert f'<input type="hidden" name="fields-of" value="{REMIND}">' in page_of_it

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

    @pytest.mark.heavy
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

    @pytest.mark.heavy
    def test_further_arguments_of_a_function_that_takes_any(self, site: Client):
        form = choose(site, OPEN_ENDED, **NEW)
        sent = {name: form[name].value() or "" for name in form.fields}
        rest = "further-arguments"
        refused = form_of(site.post(ADD, sent | {rest: '{"second": "x"}'}))
        assert list(refused.errors) == [rest]
        assert site.post(ADD, sent | {rest: '{"second": 2}'}).status_code == 302
        schedule = ScheduledJob.objects.get()
        assert schedule.arguments == {"second": 2}
        shown = form_of(site.get(page(schedule)))[rest].value()
        assert shown == '{\n  "second": 2\n}'

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

    @pytest.mark.heavy
    def test_something_else_is_chosen(self, site: Client, alice: User):
        schedule = create(alice)
        assert fill(site, TIDY, page(schedule)).status_code == 302
        schedule.refresh_from_db()
        assert (schedule.call, schedule.arguments) == (TIDY, {})

    @pytest.mark.heavy
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

    @pytest.mark.heavy
    def test_a_signature_that_changed_is_told_and_can_be_mended(
        self, site: Client, alice: User
    ) -> None:
        schedule = create(alice)
        declarations.by_name.pop(REMIND)
        declare(REMIND, "client: str")
        response = site.get(page(schedule))
        assert "arguments.customer" in response.text
        assert [
            part.section.name
            for part in response.context["shown"].sections
            if part.is_open
        ] == ["what"]
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


@pytest.mark.heavy
def test_more_callables_cost_no_more_queries(site: Client) -> None:
    site.get(ADD)
    with CaptureQueriesContext(connection) as few:
        site.get(ADD)
    for number in range(10):
        declare(f"{__name__}.task_{number}", "day: int")
    with CaptureQueriesContext(connection) as many:
        site.get(ADD)
    assert len(many) == len(few)
