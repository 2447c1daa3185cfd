"""The templates that are shipped: each is imported like any file, and runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail

from schedules.exchange import (
    check_import,
    export_workflow,
    import_workflow,
    template_named,
    templates,
)
from schedules.exchange.templates import FOLDER, KEYS, Template
from schedules.models import ScheduledJob, ScheduleEvent
from tests.options import Options
from tests.permissions import CALLS, allow
from tests.schedules.conftest import NOON
from tests.workflows.conftest import server, servers
from tests.workflows.http_servers import Server
from triggers.dispatch import dispatch_event
from workflows.example_functions import text_summary
from workflows.execution.engine import run_execution
from workflows.functions import workflow_function
from workflows.kit.errors import InvalidInput
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import registry

__all__ = ["server", "servers"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_provider(ostinato: Options) -> None:
    """As on a site that was just set up."""
    ostinato(AGENT_BASE_URL="", AGENT_API_KEY="", AGENT_MODEL="")


@pytest.fixture(autouse=True)
def example_function() -> None:
    """Other tests leave no function registered."""
    workflow_function(text_summary)


@pytest.fixture
def alice(alice: User) -> User:
    return allow(alice, *CALLS)


def created(key: str, user: User, name: str = "") -> Workflow:
    checked = check_import(template_named(key).value, user=user, now=NOON, name=name)
    return import_workflow(checked, user=user, now=NOON).workflow


def run(workflow: Workflow, kind: Any = "manual", **payload: Any) -> WorkflowExecution:
    event: dict[str, Any] = {"fired_at": NOON.isoformat(), "payload": payload}
    if kind == "schedule":
        schedule = ScheduledJob.objects.get(workflow=workflow)
        event |= {"schedule_id": str(schedule.pk), "schedule_name": schedule.name}
    execution = dispatch_event(
        kind,
        event,  # type: ignore[arg-type]
        workflow=workflow,
        now=NOON,
        status=WorkflowExecution.Status.RUNNING,
    )
    execution = run_execution(execution, clock=lambda: NOON)
    assert execution.status == "succeeded", (execution.failed_node, execution.error)
    return execution


def outputs(execution: WorkflowExecution) -> dict[str, Any]:
    """The outputs of the nodes that ran."""
    done = execution.node_runs.filter(status="succeeded")
    return dict(done.values_list("node_id", "output"))


@pytest.fixture
def site(server: Server, ostinato: Options) -> Server:
    """The address of this site, at which something answers."""
    ostinato(SITE_URL=server.url)
    return server


def test_every_file_of_the_folder_is_offered() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(KEYS)
    assert [template.key for template in templates()] == list(KEYS)


@pytest.mark.both_databases
@pytest.mark.parametrize("key", KEYS)
def test_a_template_is_created_active_with_paused_schedules(
    key: str, alice: User
) -> None:
    workflow = created(key, alice, name="mine")
    assert (workflow.name, workflow.is_active, workflow.owner) == ("mine", True, alice)
    schedules = ScheduledJob.objects.filter(workflow=workflow)
    assert {schedule.status for schedule in schedules} <= {"paused"}
    assert len(schedules) == len(template_named(key).value.get("schedules", []))


@pytest.mark.parametrize("key", KEYS)
def test_a_template_is_drawn_from_top_to_bottom(key: str) -> None:
    template = template_named(key)
    places = {node["node_id"]: node["position"] for node in template.nodes}
    assert len({(place["x"], place["y"]) for place in places.values()}) == len(places)
    for edge in template.edges:
        source, target = places[edge["source"]], places[edge["target"]]
        if edge.get("kind") == "tool":
            assert source["x"] >= target["x"] + 260  # at the right, and not on it
        else:
            assert source["y"] + 98 <= target["y"] <= source["y"] + 130
    for one in places.values():
        others = [each for each in places.values() if each is not one]
        assert not any(
            abs(one["x"] - other["x"]) < 220 and abs(one["y"] - other["y"]) < 98
            for other in others
        )


@pytest.mark.parametrize("key", KEYS)
def test_every_node_of_a_template_has_a_label(key: str) -> None:
    assert all(node["label"] for node in template_named(key).nodes)
    assert template_named(key).description


@pytest.mark.parametrize("key", KEYS)
def test_a_template_is_what_its_export_is(key: str, alice: User) -> None:
    exported = export_workflow(created(key, alice), user=alice)
    again = check_import(exported, user=alice, now=NOON)
    assert again.emptied == []
    assert exported["workflow"] == template_named(key).value["workflow"]
    assert [node["node_id"] for node in exported["graph"]["nodes"]] == [
        node["node_id"] for node in template_named(key).nodes
    ]


def test_there_is_no_other_template(alice: User) -> None:
    with pytest.raises(InvalidInput, match="uptime-check") as refused:
        template_named("nothing")
    assert [*refused.value.errors] == ["template"]


@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["manual", "schedule"])
def test_the_uptime_check_finds_the_site_up(
    kind: str, alice: User, site: Server
) -> None:
    done = outputs(run(created("uptime-check", alice), kind))
    assert done["up"].startswith(f"{site.url}/healthz answered in ")
    assert mail.outbox == []


def test_the_uptime_check_mails_when_an_address_is_down(
    alice: User, site: Server
) -> None:
    workflow = created("uptime-check", alice)
    run(workflow, url=f"{site.url}/broken", mail_to="ada@example.com")
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == f"{site.url}/broken answered with status 503"


def test_what_was_fetched_is_transformed_and_only_shown(
    alice: User, site: Server
) -> None:
    done = outputs(run(created("fetch-transform-post", alice)))
    assert done["transform"]["data"] == {"n": 1}
    assert "Nothing was posted" in done["keep"]


def test_what_was_fetched_is_transformed_and_posted(alice: User, site: Server) -> None:
    workflow = created("fetch-transform-post", alice)
    addresses = {"fetch_from": f"{site.url}/json", "post_to": f"{site.url}/hello"}
    done = outputs(run(workflow, "schedule", **addresses))
    method, path, _, body = site.seen[-1]
    assert (method, path) == ("POST", "/hello")
    assert b'"n":1' in body.replace(b" ", b"")
    assert done["post"]["status"] == 200


def test_the_nightly_report_lists_the_schedules(alice: User) -> None:
    done = outputs(run(created("nightly-report", alice), "schedule"))
    assert done["report"].startswith("Schedules: 1\n\nNightly report (paused): ")
    assert "Nothing was sent" in done["keep"]


def test_the_nightly_report_is_mailed_to_who_wants_it(alice: User) -> None:
    run(created("nightly-report", alice), "schedule", mail_to="ada@example.com")
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.com"], "Your schedules: 1")
    assert "Nightly report (paused)" in message.body


def test_the_webhook_hands_its_text_to_a_function(alice: User) -> None:
    workflow = created("webhook-to-function", alice)
    assert outputs(run(workflow))["reply"] == "3 words, 17 characters."
    hook = workflow.nodes.get(node_id="hook")
    execution = dispatch_event(
        "webhook",
        {"fired_at": "", "trigger_node_id": hook.pk, "payload": {"text": "a b"}},
        workflow=workflow,
        now=NOON,
        status=WorkflowExecution.Status.RUNNING,
    )
    execution = run_execution(execution, clock=lambda: NOON)
    assert outputs(execution)["reply"] == "2 words, 3 characters."


@pytest.mark.heavy
@pytest.mark.both_databases
def test_the_agent_plans_one_schedule_however_often_it_runs(alice: User) -> None:
    workflow = created("agent-schedules", alice)
    for _ in range(3):
        done = outputs(run(workflow))
    planned = ScheduledJob.objects.get()  # what the steps created is gone
    assert (planned.created_by_kind, planned.workflow) == ("agent", workflow)
    assert planned.name == "Weekly review, planned by the agent"
    assert "This was a scripted demo" in done["report"]
    assert "Nothing was created: an agent used this idempotency_key" in done["report"]
    models = {call.get("model") for call in done["agent"]["calls"]} - {None}
    assert models == {"scripted demo, no language model"}
    verbs = ScheduleEvent.objects.exclude(schedule=planned.pk)
    assert [*verbs.order_by("id").values_list("verb", flat=True)] == 3 * [
        "create",
        "pause",
        "stop",
    ]


@pytest.mark.heavy
def test_two_such_agents_each_plan_their_own(alice: User) -> None:
    both = [created("agent-schedules", alice, name=name) for name in ("one", "two")]
    for workflow in both:
        run(workflow)
    assert {job.workflow for job in ScheduledJob.objects.all()} == set(both)


@pytest.mark.heavy
def test_what_the_agent_planned_starts_the_review(alice: User) -> None:
    workflow = created("agent-schedules", alice)
    run(workflow)
    done = outputs(run(workflow, "schedule"))
    assert set(done) == {"tick", "review"}
    assert "Weekly review, planned by the agent" in done["review"]


def test_the_schedule_tools_are_there_as_tools_and_as_steps() -> None:
    template = template_named("agent-schedules")
    kinds = {node["node_id"]: node["component_type"] for node in template.nodes}
    tools = {kinds[e["source"]] for e in template.edges if e.get("kind") == "tool"}
    assert tools == {type_ for type_ in registry.components if "schedule_" in type_} - {
        "trigger_schedule"
    }
    steps = {kinds[e["target"]] for e in template.edges if e.get("kind") != "tool"}
    assert {"schedule_create", "schedule_pause", "schedule_stop"} <= steps


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.key)
def test_a_template_is_described_in_one_sentence_of_words(template: Template) -> None:
    assert template.description.endswith(".")
    assert "\n" not in template.description
    assert len(template.description) <= 110
    # It is shown as it is, here and in the workflow: nothing would make code of backticks.
    texts = [template.value["workflow"]["description"]]
    texts += [
        each.get("description", "") for each in template.value.get("schedules", [])
    ]
    assert not any("`" in text for text in texts)


def test_the_workflow_has_the_whole_description(alice: User) -> None:
    description = created("nightly-report", alice).description
    assert description.startswith(template_named("nightly-report").description)
    assert "mail_to" in description
