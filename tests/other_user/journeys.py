"""What people of another user model do at every door. `test_other_user.py` runs these, with the
settings of this folder."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import actions
from django.contrib.admin.views.main import ChangeList, ChangeListSearchForm
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from people.models import Person

from platform_site.accounts.models import ApiToken
from platform_site.http.examples import OWNER
from schedules.mcp import stdio
from schedules.models import ScheduledJob, ScheduleEvent, UserProfile
from schedules.services import Actor, create_schedule
from schedules.services.agents.limits import agent_limits
from schedules.tools import tools
from tests.graphs import add_graph
from tests.schedules.conftest import NOON
from tests.workflows.running import fire, run
from triggers.webhooks import issue_webhook
from workflows.kit.admin_lists import delete_selected
from workflows.kit.api.queries import MOST_TEXT
from workflows.kit.users import NAME_LENGTH
from workflows.models import NodeRun, Workflow, WorkflowExecution
from workflows.services import dependents
from workflows.tools import ToolContext

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LONG = f"{'a' * 64}@{'long.' * 30}example.com"
OURS = [
    model for model in admin.site._registry if model._meta.app_label.startswith("ost")
]


@pytest.fixture
def ada(db: None) -> Person:
    return Person.objects.create_user("Ada@example.com")


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(Person.objects.create_superuser("root@example.com"))
    return client


@pytest.fixture
def workflow(ada: Person) -> Workflow:
    workflow = Workflow.objects.create(name="nightly", owner=ada)
    nodes = {
        "start": ("trigger_schedule", {}),
        "by_hand": ("trigger_manual", {}),
        "hook": ("trigger_webhook", {}),
        "look": ("schedule_list", {}),
    }
    add_graph(workflow, nodes, [("start", "look"), ("by_hand", "look")])
    return workflow


@pytest.fixture
def schedule(workflow: Workflow, ada: Person) -> ScheduledJob:
    fields = {"name": "every hour", "workflow": workflow, "interval_seconds": 3600}
    return create_schedule(fields, actor=Actor.person(ada), now=NOON)


def command(*words: str) -> str:
    output = StringIO()
    call_command(*words, stdout=output)
    return output.getvalue()


def bearer(person: Person) -> dict[str, str]:
    token = command("create_token", person.get_username()).split()[-1]
    return {"Authorization": f"Bearer {token}"}


def test_a_node_acts_for_its_owner(schedule: ScheduledJob, workflow: Workflow) -> None:
    run(workflow)
    found = NodeRun.objects.get(node_id="look")
    assert (found.status, found.error) == ("succeeded", "")
    assert [row["name"] for row in found.output["schedules"]] == ["every hour"]


def test_a_token_is_made_used_and_revoked_by_address(
    client: Client, ada: Person, workflow: Workflow
) -> None:
    headers = bearer(ada)
    body = {
        "name": "x",
        "workflow": str(workflow.pk),
        "schedule_type": "interval",
        "interval_seconds": 60,
    }
    made = client.post("/api/v1/schedules/", body, "application/json", headers=headers)
    assert made.status_code == 201, made.content
    assert made.json()["owner"] == str(ada.pk)
    assert ScheduleEvent.objects.get().actor_name == "Ada@example.com"
    text = command("revoke_tokens", "ada@EXAMPLE.com")
    assert text == "Revoked 1 token of Ada@example.com.\n"
    assert client.get("/api/v1/schedules/", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "words",
    [("create_token", "nobody"), ("revoke_tokens", "nobody"), ("mcp", "--user", "x")],
)
def test_a_command_knows_no_other_name(words: tuple[str, ...], ada: Person) -> None:
    with pytest.raises(CommandError, match=r"There is no (active )?user"):
        call_command(*words)


def test_an_agent_is_served_over_http(
    client: Client, ada: Person, schedule: ScheduledJob
) -> None:
    call = {"name": "schedule_list", "arguments": {}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = bearer(ada) | {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-11-25",
    }
    answer = client.post("/mcp/", body, "application/json", headers=headers).json()
    assert answer["result"]["structuredContent"]["total"] == 1


@pytest.mark.parametrize("gone", ["deactivated", "deleted"])
def test_an_agent_over_stdio_is_refused_once_its_user_is_gone(
    ada: Person, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The connection of a test in memory would be closed for good.
    monkeypatch.setattr(stdio, "close_old_connections", lambda: None)
    context = ToolContext(user=ada, clock=lambda: NOON)
    assert not stdio._call(tools["schedule_list"], {}, context).is_error
    if gone == "deleted":
        Person.objects.all().delete()
    else:
        Person.objects.update(is_active=False)
    answer = stdio._call(tools["schedule_list"], {}, context)
    assert answer.content["error"]["code"] == "user_inactive"


@pytest.mark.parametrize("active", [True, False])
def test_a_webhook_works_while_its_owner_is_active(
    client: Client, ada: Person, workflow: Workflow, *, active: bool
) -> None:
    issued = issue_webhook(workflow, "hook", user=ada, now=NOON)
    Person.objects.update(is_active=active)
    sent = client.post(f"/hooks/{issued.token}/", {}, "application/json")
    assert sent.status_code == (202 if active else 404)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_each_list_and_form_of_the_admin_opens(
    model: Any, root: Client, schedule: ScheduledJob, workflow: Workflow
) -> None:
    fire(workflow)
    UserProfile.objects.create(user=workflow.owner)
    ApiToken.objects.create(user=workflow.owner)
    name = f"admin:{model._meta.label_lower.replace('.', '_')}"
    page = root.get(reverse(f"{name}_changelist"), {"q": "ada@"})
    assert page.status_code == 200
    assert b"somebody" not in page.content
    for row in model._default_manager.all()[:1]:
        page = root.get(reverse(f"{name}_change", args=(row.pk,)))
        assert page.status_code == 200
        assert b"somebody" not in page.content, page.content[
            page.content.find(b"somebody") - 200 :
        ][:300]
    if admin.site._registry[model].has_add_permission(page.wsgi_request):
        assert root.get(reverse(f"{name}_add")).status_code == 200


def test_schedules_are_found_by_the_name_of_their_owner(
    root: Client, schedule: ScheduledJob
) -> None:
    address = reverse("admin:ostinato_schedules_scheduledjob_changelist")
    for text, count in (("ADA@", 1), ("grace@", 0)):
        page = root.get(address, {"q": text})
        assert page.context["cl"].result_count == count
        assert ("Ada@example.com" in page.text) == bool(count)


def test_the_projects_own_page_of_a_user_stays_as_it_is(
    root: Client, ada: Person
) -> None:
    page = root.get(reverse("admin:people_person_change", args=(ada.pk,)))
    assert "Address" in page.text
    assert "ostinato_profile" not in page.text
    assert not [each for each in apps.get_app_configs() if "own_admin" in each.name]


def test_the_settings_of_a_user_have_a_page_of_their_own(
    root: Client, ada: Person
) -> None:
    add = reverse("admin:ostinato_schedules_userprofile_add")
    assert "Default: 20." in root.get(add).text
    given = {"user": str(ada.pk), "timezone": "asia/tokyo"}
    assert "did you mean Asia/Tokyo" in root.post(add, given).text
    given |= {"timezone": "Asia/Tokyo", "agent_max_active_schedules": "3"}
    assert root.post(add, given).status_code == 302
    profile = UserProfile.objects.get(user=ada)
    assert (profile.timezone, agent_limits(ada).max_active) == ("Asia/Tokyo", 3)
    assert "already exists" in root.post(add, given).text
    change = reverse("admin:ostinato_schedules_userprofile_change", args=(profile.pk,))
    assert root.post(change, {"timezone": ""}).status_code == 302
    profile.refresh_from_db()
    assert (profile.user, profile.timezone) == (ada, "")


def test_an_address_of_254_characters_is_kept_whole_in_the_history(
    db: None,
) -> None:
    name = LONG.rjust(NAME_LENGTH, "b")
    person = Person.objects.create_user(name)
    workflow = Workflow.objects.create(name="w", owner=person)
    add_graph(workflow, {"start": ("trigger_schedule", {})})
    fields = {"name": "x", "workflow": workflow, "interval_seconds": 60}
    create_schedule(fields, actor=Actor.person(person), now=NOON)
    assert ScheduleEvent.objects.get().actor_name == name


def test_the_history_outlives_a_deleted_user(
    ada: Person, schedule: ScheduledJob, workflow: Workflow
) -> None:
    fire(workflow)
    ApiToken.objects.create(user=ada)
    UserProfile.objects.create(user=ada)
    counts = dependents.count_deleted(Person.objects.filter(pk=ada.pk))
    assert {"schedules", "workflows", "API tokens"} <= counts.keys()
    assert dependents.is_short(Person.objects.filter(pk=ada.pk))
    Person.objects.filter(pk=ada.pk).delete()
    left = [ScheduledJob, Workflow, ApiToken, UserProfile]
    assert [model.objects.count() for model in left] == [0, 0, 0, 0]
    ended = ScheduleEvent.objects.get(verb="stop")
    assert ended.reason_code == "owner_deleted"
    made = ScheduleEvent.objects.get(verb="create")
    assert (made.actor, made.actor_name) == (None, "Ada@example.com")
    assert WorkflowExecution.objects.get().owner is None


def test_dependents_are_let_go_in_small_steps(
    ada: Person, schedule: ScheduledJob, workflow: Workflow
) -> None:
    fire(workflow)
    people = Person.objects.filter(pk=ada.pk)
    while dependents.detach(people):
        pass
    assert ScheduleEvent.objects.filter(actor=None).exists()
    while dependents.delete_some(people):
        pass
    assert not ScheduledJob.objects.exists()


def test_the_description_of_the_api_names_keys_as_they_are(root: Client) -> None:
    described = root.get("/api/schema/?format=json").json()
    owner = described["components"]["schemas"]["Schedule"]["properties"]["owner"]
    assert owner == {"type": "string", "format": "uuid", "readOnly": True}
    assert str(OWNER.pk) in str(described)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_a_search_and_a_deletion_are_bounded_without_our_own_admin(
    model: Any, root: Client
) -> None:
    page = admin.site.get_model_admin(model)
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
    answer = root.get(address, {"q": "a " * 5000})
    if page.search_fields:
        assert f"at most {MOST_TEXT} characters" in answer.text
    # Many schedules are deleted by an action of our own.
    if page.has_delete_permission(answer.wsgi_request) and model is not ScheduledJob:
        action, *_ = page.get_actions(answer.wsgi_request)["delete_selected"]
        assert action is delete_selected


def test_the_lists_of_the_project_keep_what_django_has(root: Client) -> None:
    answer = root.get(reverse("admin:people_person_changelist"))
    assert type(answer.context["cl"]) is ChangeList
    assert ChangeList.search_form_class is ChangeListSearchForm
    assert dict(admin.site.actions)["delete_selected"] is actions.delete_selected
