"""Both databases find the same, and a bulk verb reaches what the list shows."""

from __future__ import annotations

import unicodedata

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.api import client, names
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def api(alice: User) -> APIClient:
    return client(alice)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Überprüfung", "überprüfung"),
        ("überprüfung", "ÜBERPRÜFUNG"),
        ("ЁЛКА", "ёлка"),
        ("Łódź", "łÓDŹ"),
        ("ΑΘΗΝΑ", "αθηνα"),
        ("naïve", unicodedata.normalize("NFD", "NAÏVE")),
        (unicodedata.normalize("NFD", "Café"), "CAFÉ"),
        ("50%_done", "50%_DONE"),
    ],
)
def test_capitals_and_accents_are_found_however_they_are_typed(
    api: APIClient, make_schedule: MakeSchedule, name: str, text: str
) -> None:
    make_schedule(name=name)
    make_schedule(name="another", description="nothing of it")
    found = api.get("/api/v1/schedules/", {"search": text}).json()["results"]
    assert names(found) == [unicodedata.normalize("NFC", name)]
    body = {"action": "pause", "filter": {"search": text}}
    paused = api.post("/api/v1/schedules/bulk/", body, format="json").json()["results"]
    assert [result["status"] for result in paused] == [200]


def test_tags_and_descriptions_are_composed_too(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    decomposed = unicodedata.normalize("NFD", "Prüfung")
    make_schedule(tags=[decomposed], description=f"die {decomposed}")
    schedule = ScheduledJob.objects.get()
    assert schedule.tags == ["Prüfung"]
    assert schedule.description == "die Prüfung"
    for query in ({"tag": decomposed}, {"search": decomposed.upper()}):
        assert len(api.get("/api/v1/schedules/", query).json()["results"]) == 1


def test_workflows_are_searched_like_schedules(
    api: APIClient, workflow: Workflow
) -> None:
    address = f"/api/v1/workflows/{workflow.pk}/"
    body = {"name": unicodedata.normalize("NFD", "Ärger")}
    assert api.patch(address, body, format="json").json()["name"] == "Ärger"
    for text in ("ärger", "ÄRG", unicodedata.normalize("NFD", "ÄRGER")):
        found = api.get("/api/v1/workflows/", {"search": text}).json()["results"]
        assert names(found) == ["Ärger"]
