from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis import Redis

from tests.api import client, staff
from tests.triggers.conftest import Caller
from triggers.models import Webhook, WebhookDelivery
from workflows.execution import jobs
from workflows.kit.conf import conf
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import config_problems, registry
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
executions = WorkflowExecution.objects


def webhook_address(workflow: Workflow, node_id: str = "hook") -> str:
    return f"/api/v1/workflows/{workflow.pk}/webhooks/{node_id}/"


@pytest.mark.django_db(transaction=True)
def test_a_call_starts_the_workflow_and_says_where_to_look(
    call: Caller, owner: User, redis: Redis
):
    answer = call.send(b'{"name": "Ada"}')
    assert answer.status_code == 202
    execution = executions.get()
    address = f"{conf.SITE_URL}/api/v1/executions/{execution.pk}/"
    assert answer.json() == {"execution": str(execution.pk), "url": address}
    assert answer.headers["Location"] == address
    jobs.run_execution(str(execution.pk))
    seen = client(owner).get(f"/api/v1/executions/{execution.pk}/").json()
    assert (seen["status"], seen["trigger_type"]) == ("succeeded", "webhook")
    assert seen["node_runs"][1]["output"] == "Hello Ada"


@pytest.mark.parametrize(
    ("body", "content_type", "payload"),
    [
        (b'[1, "a", null]', "application/json; charset=utf-8", [1, "a", None]),
        ('{"n": "é"}'.encode(), "Application/JSON", {"n": "é"}),
        (b'{"id": 1}', "application/cloudevents+json", {"id": 1}),
        (b"a=1&b=x+y&b=%C3%A9", "application/x-www-form-urlencoded", None),
        (b"", "application/json", {}),
        (b"", "", {}),
    ],
)
def test_the_body_is_the_payload(call: Caller, body, content_type, payload):
    assert call.send(body, content_type).status_code == 202
    if payload is None:
        payload = {"a": "1", "b": ["x y", "é"]}
    assert executions.get().event["payload"] == payload


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": 1e999}', "application/json", 400),
        (b'{"a": "\\u0000"}', "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"&a=" * 2000, "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"%c3=1", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"hello", "text/plain", 415),
        (b"hello", "", 415),
        (b'"' + b"x" * 65_536 + b'"', "application/json", 413),
        (b"x" * 2_000_000, "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused(call, body, content_type, status):
    answer = call.send(body, content_type)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert not executions.exists()


def test_a_body_of_64_kib_is_kept_however_it_is_written(call: Caller):
    text = "é" * 32_000
    assert call.send(f'"{text}"'.encode()).status_code == 202
    assert executions.get().event["payload"] == text


def test_what_cannot_start_is_a_conflict(call: Caller, hooked: Workflow):
    hooked.nodes.filter(node_id="hook").update(is_active=False)
    assert call.send().json()["code"] == "no_trigger"
    hooked.is_active = False
    hooked.save()
    answer = call.send()
    assert (answer.status_code, answer.json()["code"]) == (409, "workflow_inactive")
    assert not executions.exists()


@pytest.mark.parametrize("token", ["x", "%00", "é" * 50, "a" * 5000])
def test_a_wrong_token_is_not_found(call: Caller, token: str):
    answer = client().post(f"/hooks/{token}/", {}, format="json")
    assert answer.status_code == 404


def test_the_webhooks_of_an_inactive_owner_do_not_work(call: Caller, owner: User):
    User.objects.update(is_active=False)
    assert call.send().status_code == 404


def test_an_address_is_only_posted_to(call: Caller):
    assert client().get(call.address).status_code == 405


def test_a_new_address_voids_the_former(call: Caller, hooked: Workflow, owner: User):
    answer = client(owner).post(webhook_address(hooked))
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["url"].startswith("http://127.0.0.1:8000/hooks/")
    assert answer.json()["signing_key"] != call.issued.signing_key
    assert call.send().status_code == 404
    new_address = answer.json()["url"].removeprefix("http://127.0.0.1:8000")
    assert client().post(new_address, {}, format="json").status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"{bad", "body"), (b'{"zzz": 1}', "zzz"), (b"[1]", "body"), (b"null", "body")],
)
def test_a_new_address_takes_no_body(
    call: Caller, hooked: Workflow, owner: User, body: bytes, field: str
):
    api = client(owner)
    for address in (webhook_address(hooked), webhook_address(hooked) + "?dry_run=true"):
        answer = api.generic("POST", address, body, content_type="application/json")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert api.post(webhook_address(hooked), {}, format="json").status_code == 201


def test_an_address_is_taken_away(call: Caller, hooked: Workflow, owner: User):
    api = client(owner)
    assert set(api.get(webhook_address(hooked)).json()) == {"node_id", "created_at"}
    assert api.delete(webhook_address(hooked)).status_code == 204
    assert call.send().status_code == 404
    assert api.get(webhook_address(hooked)).status_code == 404
    assert api.delete(webhook_address(hooked)).status_code == 404


def test_an_address_goes_with_its_node(call: Caller, hooked: Workflow):
    hooked.nodes.filter(node_id="hook").delete()
    assert not Webhook.objects.exists()
    assert call.send().status_code == 404


def test_only_webhook_nodes_have_an_address(hooked: Workflow, owner: User):
    api = client(owner)
    answer = api.post(webhook_address(hooked, "greet"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_webhook_node")
    assert api.post(webhook_address(hooked, "none")).status_code == 404
    assert api.post(webhook_address(Workflow(pk=uuid4()))).status_code == 404
    assert api.post("/api/v1/workflows/x/webhooks/hook/").status_code == 404
    assert api.post(webhook_address(hooked, "%00")).status_code == 404


def test_only_those_who_may_change_a_workflow_may_give_it_an_address(
    call: Caller, hooked: Workflow
):
    viewer = staff("ostinato_workflows.view_workflow")
    eve = User.objects.create_user("eve")
    for user, wanted in ((eve, 404), (viewer, 403), (None, 401)):
        api = client(user)
        assert api.post(webhook_address(hooked)).status_code == wanted
        assert api.delete(webhook_address(hooked)).status_code == wanted
    assert client(viewer).get(webhook_address(hooked)).status_code == 200
    assert client(eve).get(webhook_address(hooked)).status_code == 404
    assert call.send().status_code == 202


def test_the_url_of_a_removed_node_is_dead_until_the_node_comes_back(
    call: Caller, hooked: Workflow, owner: User, admin_client: Client
):
    def save(*kinds: str) -> None:
        nodes = [
            NodeSpec(node_id=kind, component_type=f"trigger_{type_}")
            for kind, type_ in (each.split(":") for each in kinds)
        ]
        save_graph(hooked, GraphSpec(nodes), user=owner, now=timezone.now())

    def shown() -> list[int]:
        listed = admin_client.get("/admin/ostinato_triggers/webhook/")
        count = listed.context["cl"].result_count
        return [client(owner).get(webhook_address(hooked)).status_code, count]

    assert (call.send().status_code, shown()) == (202, [200, 1])
    save("start:manual")
    assert (call.send().status_code, shown()) == (404, [404, 0])
    assert Webhook.objects.count() == 1
    save("start:manual", "hook:webhook")
    assert (call.send().status_code, shown()) == (202, [200, 1])


def test_secrets_are_in_no_row_no_log_and_no_answer(
    call: Caller,
    hooked: Workflow,
    owner: User,
    signed: Callable[..., None],
    log_lines: Callable[[], str],
):
    answers = [call.send(b'{"name": "Ada"}'), call.send(b"{"), call.send(b"x", "")]
    signed()
    answers += [call.send(), call.send_signed(name="n"), call.send_signed(b"{")]
    Workflow.objects.update(is_active=False)
    answers += [call.send_signed(b"[]"), client().get(call.address)]
    graph = client(owner).get(f"/api/v1/workflows/{hooked.pk}/graph/")
    seen = [answer.content.decode() + str(answer.headers) for answer in answers]
    rows = [
        serializers.serialize("json", model.objects.all())
        for model in (Webhook, WebhookDelivery, WorkflowExecution)
    ]
    everything = "".join([*seen, *rows, graph.content.decode(), log_lines()])
    everything += repr(call.issued)
    assert "/hooks/***/" in log_lines()
    assert call.issued.token not in everything
    assert call.issued.signing_key not in everything
    statuses = [answer.status_code for answer in answers]
    assert statuses == [202, 400, 415, 403, 202, 400, 409, 405]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"signed": "yes"}, "signed"),
        ({"tolerance_seconds": 0}, "tolerance_seconds"),
        ({"tolerance_seconds": 3601}, "tolerance_seconds"),
        ({"token": "mine"}, "token"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_field(config, field):
    component = registry.components["trigger_webhook"]
    assert [path for path, _ in config_problems(component, config)] == [field]


def test_a_call_costs_few_queries(call: Caller, django_assert_max_num_queries):
    Workflow.objects.update(graph_version=1)  # known from its first call on
    call.send(Idempotency_Key="zero")
    with django_assert_max_num_queries(7):
        call.send(Idempotency_Key="one")


def test_a_site_may_bound_how_often_one_address_is_called(
    call: Caller, settings: Any
) -> None:
    cache.clear()
    settings.OSTINATO = {"HOOK_RATE": "2/min"}
    assert [call.send().status_code for _ in range(3)] == [202, 202, 429]
    assert int(call.send().headers["Retry-After"]) > 0
    unknown = [
        Client().post("/hooks/nobody/", "{}", content_type="application/json")
        for _ in range(3)
    ]
    assert [answer.status_code for answer in unknown] == [404, 404, 404]


def test_a_dry_run_makes_and_voids_nothing_and_shows_no_secret(
    call: Caller, hooked: Workflow, owner: User
) -> None:
    path = f"/api/v1/workflows/{hooked.id}/webhooks/hook/?dry_run=true"
    api = client(owner)
    made = api.post(path).json()
    assert made["before"]["node_id"] == made["after"]["node_id"] == "hook"
    assert made["after"].keys() == {"node_id", "created_at"}
    assert api.delete(path).json()["after"] is None
    assert call.send().status_code == 202
