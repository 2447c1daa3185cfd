"""Workflows that the system has made for schedules that call: out of sight and read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.exchange import export_workflow
from tests.api import client
from tests.permissions import CALLS, allow
from tests.schedules.calls import REMIND, callables, create
from tests.schedules.conftest import NOON
from triggers.manual import run_workflow
from workflows.exceptions import InvalidGraph, WorkflowOfCalls
from workflows.models import Workflow
from workflows.services import (
    GraphSpec,
    NodeSpec,
    copy_to_workflow,
    delete_workflow,
    restore_version,
    save_graph,
    update_workflow,
)

__all__ = ["callables"]
pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WORKFLOWS = "/api/v1/workflows/"


@pytest.fixture
def made(owner: User, callables: None) -> Workflow:
    return create(allow(owner, *CALLS)).workflow


DOORS: dict[str, Callable[[Workflow, dict[str, Any]], object]] = {
    "update": lambda made, who: update_workflow(made, {"name": "mine"}, **who),
    "graph": lambda made, who: save_graph(made, GraphSpec([]), **who),
    "restore": lambda made, who: restore_version(made, 1, **who),
    "delete": lambda made, who: delete_workflow(made, **who),
    "run": lambda made, who: run_workflow(made, {}, **who),
    "export": lambda made, who: export_workflow(made, user=who["user"]),
}


@pytest.mark.parametrize("door", DOORS)
def test_nobody_changes_deletes_runs_or_exports_it(made: Workflow, door: str):
    who = {"user": made.owner, "now": NOON}
    with pytest.raises(WorkflowOfCalls, match=f"{REMIND}: copy it to change it"):
        DOORS[door](made, who)
    made.refresh_from_db()
    assert (made.name, made.graph_version) == ("Remind", 1)


def test_over_http_it_is_left_out_of_the_list_unless_asked_for(made: Workflow):
    api = client(made.owner)
    Workflow.objects.create(name="drawn", owner=made.owner)

    def names(query: str = "") -> list[str]:
        answer = api.get(f"{WORKFLOWS}{query}")
        return [each["name"] for each in answer.json()["results"]]

    assert names() == names("?of_calls=false") == ["drawn"]
    assert names("?of_calls=true") == ["Remind"]
    assert api.get(f"{WORKFLOWS}?of_calls=maybe").status_code == 400
    assert api.get(f"{WORKFLOWS}{made.pk}/").json()["name"] == "Remind"
    assert api.delete(f"{WORKFLOWS}{made.pk}/").status_code == 409


def test_in_the_admin_it_is_left_out_and_read_only(made: Workflow):
    User.objects.create_superuser("boss", password="boss-password")
    site = Client()
    site.force_login(User.objects.get(username="boss"))
    page = "/admin/ostinato_workflows/workflow/"
    assert "Remind" not in site.get(page).text
    assert "Remind" in site.get(f"{page}?of_calls=yes").text
    text = site.get(f"{page}{made.pk}/change/").text
    assert 'name="name"' not in text
    assert site.post(f"{page}{made.pk}/delete/", {"post": "yes"}).status_code == 403


def test_no_other_workflow_runs_it(made: Workflow):
    caller = Workflow.objects.create(name="caller", owner=made.owner)
    node = NodeSpec(
        node_id="run", component_type="run_workflow", config={"workflow": str(made.pk)}
    )
    with pytest.raises(InvalidGraph):
        save_graph(caller, GraphSpec([node]), user=made.owner, now=NOON)


def test_a_copy_is_an_ordinary_workflow_with_the_same_graph(made: Workflow):
    copied = copy_to_workflow(made, user=made.owner, now=NOON)
    assert (copied.call, copied.owner, copied.name) == ("", made.owner, "Remind")
    assert copied.nodes.get(node_id="call").config == {
        "function": REMIND,
        "arguments": "{{ trigger.payload }}",
    }
    update_workflow(copied, {"name": "mine"}, user=made.owner, now=NOON)
