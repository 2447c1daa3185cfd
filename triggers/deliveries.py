"""What comes in at the address of a webhook: who it is for, whether it is genuine, and
the execution that it starts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from triggers import keys
from triggers.dispatch import dispatch_event
from triggers.models import Webhook, WebhookDelivery
from workflows.components.trigger_webhook import TOLERANCE_SECONDS
from workflows.kit.errors import InvalidInput, NotAllowed, NotFound
from workflows.kit.json_value import problem
from workflows.models import WorkflowExecution
from workflows.services import queue_execution

MAX_BODY = 64 * 1024
# The same as JSON is longer: each character is escaped, each field gets its quotes.
MAX_PAYLOAD = 4 * MAX_BODY
MAX_NAME = 200
# What headers hold without loss, so that a client signs the same text as we check.
NAME = re.compile(rf"[ -~]{{0,{MAX_NAME}}}")
WRONG_NAME = f"An Idempotency-Key is at most {MAX_NAME} printable characters of ASCII."


class WrongSignature(NotAllowed):
    code = "wrong_signature"
    message = "The signature is not valid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A request as it came. `name` is its `Idempotency-Key`; what is not there is empty."""

    body: bytes = field(repr=False)
    media_type: str = ""  # in lower case, without parameters
    name: str = ""
    signature: str = field(default="", repr=False)


def find_webhook(token: str) -> Webhook:
    """The webhook with this token, if its owner may still do anything here."""
    webhook = (
        Webhook.objects.select_related("node__workflow__owner")
        .filter(token_digest=keys.digest(token), node__workflow__owner__is_active=True)
        .first()
    )
    if webhook is None:
        raise NotFound
    return webhook


def check_delivery(webhook: Webhook, delivery: Delivery, *, now: datetime) -> None:
    """Raises `WrongSignature` if the node asks for a signature and this is none."""
    if not NAME.fullmatch(delivery.name):
        raise InvalidInput(WRONG_NAME, field="Idempotency-Key")
    config = webhook.node.config
    if not config.get("signed", False):
        return
    reason_ = keys.signature_problem(
        delivery.signature,
        keys.signing_key(webhook.salt),
        keys.Signed(
            name=delivery.name, media_type=delivery.media_type, body=delivery.body
        ),
        now=now,
        tolerance_seconds=config.get("tolerance_seconds", TOLERANCE_SECONDS),
    )
    if reason_:
        raise WrongSignature(reason_)


def start(
    webhook: Webhook, delivery: Delivery, payload: Any, *, now: datetime
) -> WorkflowExecution:
    """The execution of a checked delivery, on its way to a worker: a new one, or that
    which the same delivery has started before."""
    if reason := problem(payload, max_bytes=MAX_PAYLOAD):
        raise InvalidInput(f"The body {reason}.", field="body")
    name = _name_of(webhook, delivery)
    if earlier := _started_by(webhook, name):
        return earlier
    try:
        return _start(webhook, name, payload, now=now)
    except IntegrityError:
        # The same delivery came in at the same moment, and was first.
        if earlier := _started_by(webhook, name):
            return earlier
        # Or its workflow, or its address, went at that moment.
        raise NotFound from None


def _start(
    webhook: Webhook, name: str, payload: Any, *, now: datetime
) -> WorkflowExecution:
    workflow = webhook.node.workflow
    with transaction.atomic():
        execution = dispatch_event(
            "webhook",
            {
                "fired_at": now.isoformat(),
                "trigger_node_id": webhook.node_id,
                "payload": payload,
            },
            workflow=workflow,
            now=now,
        )
        if name:
            WebhookDelivery.objects.create(
                webhook=webhook, key_digest=keys.digest(name), execution=execution
            )
        queue_execution(execution, now=now)
    return execution


def _name_of(webhook: Webhook, delivery: Delivery) -> str:
    """What tells a replay from a new delivery; empty if nothing does."""
    if delivery.name:
        return f"name:{delivery.name}"
    # Whoever overhears a signed request can send it again, but not change its time.
    if webhook.node.config.get("signed", False):
        return f"signature:{keys.mac_of(delivery.signature)}"
    return ""


def _started_by(webhook: Webhook, name: str) -> WorkflowExecution | None:
    if not name:
        return None
    delivery = (
        WebhookDelivery.objects.select_related("execution")
        .filter(webhook=webhook, key_digest=keys.digest(name))
        .first()
    )
    return delivery.execution if delivery else None
