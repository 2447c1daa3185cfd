"""The fields of arguments, of each type, and of objects."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob
from tests.permissions import allow
from tests.schedules.admin.conftest import page
from tests.schedules.admin.form.choosing import (
    EVERYTHING,
    FILLED,
    OBJECTS,
    choose,
    clerk,
    declared,
    desk,
    fill,
    form_of,
)
from tests.schedules.calls import alice, callables

__all__ = ["alice", "callables", "clerk", "declared", "desk"]


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
            "user": "text",
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

    @pytest.mark.heavy
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
