"""In the admin a schedule that application code keeps says so, and is found by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from schedules import every, upsert
from schedules.models import ScheduledJob
from tests.schedules.admin.conftest import LIST
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow


@pytest.fixture(autouse=True)
def kept(
    workflow: Workflow, alice: User, ostinato: Any, make_schedule: MakeSchedule
) -> ScheduledJob:
    ostinato(OBJECTS=["auth.Group"])
    group = Group.objects.create(pk=42, name="invoice 42")
    fields: dict[str, Any] = {"owner": alice, "timing": every(days=1)}
    make_schedule(name="made by a person")
    made = upsert("kept-42", workflow=workflow, for_object=group, **fields)
    return ScheduledJob.objects.get(pk=made.id)


@pytest.mark.parametrize("query", ["key=kept-42", "object=auth.group:42"])
def test_the_list_is_filtered_by_key_and_object(site: Client, query: str) -> None:
    text = site.get(f"{LIST}?{query}").text
    assert "kept-42" in text
    assert "made by a person" not in text


@pytest.mark.heavy
@pytest.mark.parametrize("query", ["key=x", "object=auth.group:43", "object=nonsense"])
def test_another_key_or_object_finds_nothing(site: Client, query: str) -> None:
    text = site.get(f"{LIST}?{query}").text
    assert "made by a person" not in text
    assert "kept-42</a>" not in text


def test_its_page_shows_key_and_object_and_saves_the_rest(
    site: Client, kept: ScheduledJob
) -> None:
    page = reverse("admin:ostinato_schedules_scheduledjob_change", args=(kept.pk,))
    text = site.get(page).text
    assert "Application code keeps this schedule under a key" in text
    assert "auth.group:42" in text
    other = ScheduledJob.objects.get(name="made by a person")
    page = reverse("admin:ostinato_schedules_scheduledjob_change", args=(other.pk,))
    assert "Application code keeps" not in site.get(page).text
