from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.triggers.conftest import Caller
from triggers.models import WebhookDelivery
from triggers.webhooks import issue_webhook
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
executions = WorkflowExecution.objects


def test_the_same_key_answers_the_same_execution(call: Caller):
    first = call.send(b"[1]", Idempotency_Key="order-7")
    again = call.send(b"[2]", Idempotency_Key="order-7")
    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.json(), again.headers["Location"]) == (
        first.json(),
        first.headers["Location"],
    )
    assert executions.get().event["payload"] == [1]


def test_another_key_or_none_starts_another(call: Caller):
    for headers in ({"Idempotency_Key": "a"}, {"Idempotency_Key": "b"}, {}, {}):
        assert call.send(**headers).status_code == 202
    assert executions.count() == 4


def test_a_replay_is_answered_even_if_the_workflow_was_switched_off(
    call: Caller, hooked: Workflow
):
    first = call.send(Idempotency_Key="a")
    Workflow.objects.update(is_active=False)
    assert call.send(Idempotency_Key="a").json() == first.json()
    assert call.send(Idempotency_Key="b").status_code == 409
    assert WebhookDelivery.objects.count() == 1


def test_what_was_refused_may_be_sent_again(call: Caller):
    assert call.send(b"{", Idempotency_Key="a").status_code == 400
    assert call.send(b"{}", Idempotency_Key="a").status_code == 202


def test_a_key_is_that_of_one_webhook(call: Caller, owner, hooked: Workflow):
    other = Workflow.objects.create(name="other", owner=owner)
    other.nodes.create(node_id="hook", component_type="trigger_webhook")
    second = Caller(issue_webhook(other, "hook", user=owner, now=timezone.now()))
    first = call.send(Idempotency_Key="a").json()
    assert second.send(Idempotency_Key="a").json() != first


def test_a_key_of_200_characters_is_accepted(call: Caller):
    assert call.send(Idempotency_Key="k" * 200).status_code == 202


@pytest.mark.parametrize("name", ["k" * 201, "a\tb", "a\nb", "a\x85b", "\xe9"])
def test_a_key_that_no_header_holds_safely_is_refused_by_name(call: Caller, name: str):
    answer = call.send(Idempotency_Key=name).json()
    assert "Idempotency-Key" in answer["detail"]
    assert list(answer["errors"]) == ["Idempotency-Key"]
    assert not executions.exists()


def test_a_key_is_forgotten_with_its_execution(call: Caller):
    call.send(Idempotency_Key="a")
    executions.all().delete()
    assert not WebhookDelivery.objects.exists()
    assert call.send(Idempotency_Key="a").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_starts(call: Caller, redis):
    answers: list[Any] = []
    ready = threading.Barrier(6)

    def send() -> None:
        ready.wait()
        answers.append(Caller(call.issued).send(Idempotency_Key="a"))
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["execution"] for answer in answers}) == 1
    assert executions.count() == 1
