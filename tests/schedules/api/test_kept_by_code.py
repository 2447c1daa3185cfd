"""Schedules that application code keeps are found by their key and by their object."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from rest_framework.test import APIClient

from schedules import Upserted, every, upsert
from tests.schedules.api.conftest import SCHEDULES, problems
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def kept(
    workflow: Workflow, alice: User, ostinato: Any, make_schedule: MakeSchedule
) -> Upserted:
    """One for a group, besides one for nothing, and one that a person has made."""
    ostinato(OBJECTS=["auth.Group"])
    group = Group.objects.create(pk=42, name="invoice 42")
    fields: dict[str, Any] = {"owner": alice, "timing": every(days=1)}
    upsert("other", workflow=workflow, **fields)
    make_schedule()
    return upsert("invoice-42", workflow=workflow, for_object=group, **fields)


def found(api: APIClient, **query: str) -> list[tuple[Any, ...]]:
    rows = api.get(SCHEDULES, query).json()["results"]
    return [(row["key"], row["object"], row["when_object_gone"]) for row in rows]


@pytest.mark.parametrize(
    "query",
    [{"key": "invoice-42"}, {"object": "auth.group:42"}, {"object": "auth.Group:42"}],
)
def test_it_is_found_by_key_and_by_object(
    api: APIClient, kept: Upserted, query: dict[str, str]
) -> None:
    assert found(api, **query) == [("invoice-42", "auth.group:42", "stop")]


def test_what_has_neither_says_null(api: APIClient, kept: Upserted) -> None:
    assert {(key, of) for key, of, _ in found(api)} == {
        *{("invoice-42", "auth.group:42"), ("other", None), (None, None)},
    }


@pytest.mark.parametrize(
    "query",
    [{"key": "Invoice-42"}, {"object": "auth.group:43"}, {"object": "auth.user:42"}],
)
def test_another_key_or_object_finds_nothing(
    api: APIClient, kept: Upserted, query: dict[str, str]
) -> None:
    assert found(api, **query) == []


@pytest.mark.parametrize(
    "value", ["42", "auth.group", "auth.group:", "group:42", "a.b.c:1"]
)
def test_what_names_no_object_is_refused(
    api: APIClient, kept: Upserted, value: str
) -> None:
    assert problems(api.get(SCHEDULES, {"object": value})) == {"object"}


def test_neither_is_set_over_the_api(api: APIClient, kept: Upserted) -> None:
    address = f"{SCHEDULES}{kept.id}/"
    for name in ("key", "object", "when_object_gone"):
        assert problems(api.patch(address, {name: "auth.group:1"})) == {name}


def test_nobody_finds_those_of_others(bobs_api: APIClient, kept: Upserted) -> None:
    assert found(bobs_api, key="invoice-42") == []
