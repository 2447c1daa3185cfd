"""Deliveries to webhooks: finding the webhook, checking the signature, starting the execution
once."""

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
# As JSON it is longer: characters are escaped, and form fields get quotes.
MAX_PAYLOAD = 4 * MAX_BODY
MAX_KEY = 200
# Characters that headers carry unchanged, so that both sides sign the same text.
KEY = re.compile(rf"[ -~]{{0,{MAX_KEY}}}")
INVALID_KEY = f"An Idempotency-Key has at most {MAX_KEY} printable ASCII characters."


class WrongSignature(NotAllowed):
    code = "wrong_signature"
    message = "The signature is not valid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A request as received; missing headers are empty texts."""

    body: bytes = field(repr=False)
    media_type: str = ""  # in lower case, without parameters
    idempotency_key: str = ""
    signature: str = field(default="", repr=False)


def find_webhook(token: str) -> Webhook:
    """The webhook with this token; `NotFound` if there is none, its owner is inactive, or its
    node has been removed."""
    webhook = (
        Webhook.objects.select_related("node__workflow__owner")
        .filter(
            token_digest=keys.digest(token),
            node__removed_at=None,
        )
        .first()
    )
    if webhook is None or not webhook.node.workflow.owner.is_active:
        raise NotFound
    return webhook


def check_delivery(webhook: Webhook, delivery: Delivery, *, now: datetime) -> None:
    """Raises `WrongSignature` if the node is `signed` and the signature is not valid, and
    `InvalidInput` for an invalid `Idempotency-Key`."""
    if not KEY.fullmatch(delivery.idempotency_key):
        raise InvalidInput(INVALID_KEY, field="Idempotency-Key")
    config = webhook.node.config
    if not config.get("signed", False):
        return
    problem_ = keys.signature_problem(
        delivery.signature,
        keys.signing_key(webhook.salt),
        keys.Signed(
            idempotency_key=delivery.idempotency_key,
            media_type=delivery.media_type,
            body=delivery.body,
        ),
        now=now,
        tolerance_seconds=config.get("tolerance_seconds", TOLERANCE_SECONDS),
    )
    if problem_:
        raise WrongSignature(problem_)


def start(
    webhook: Webhook, delivery: Delivery, payload: Any, *, now: datetime
) -> WorkflowExecution:
    """The execution of a checked delivery: a new one that has been queued, or the one that the
    same delivery has started before."""
    if reason := problem(payload, max_bytes=MAX_PAYLOAD):
        raise InvalidInput(f"The body {reason}.", field="body")
    identity = _identity_of(webhook, delivery)
    if earlier := _started_by(webhook, identity):
        return earlier
    try:
        return _start(webhook, identity, payload, now=now)
    except IntegrityError:
        # The same delivery arrived at the same moment and was first.
        if earlier := _started_by(webhook, identity):
            return earlier
        # Or the workflow or the webhook was deleted at that moment.
        raise NotFound from None


def _start(
    webhook: Webhook, identity: str, payload: Any, *, now: datetime
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
        if identity:
            WebhookDelivery.objects.create(
                webhook=webhook, key_digest=keys.digest(identity), execution=execution
            )
        queue_execution(execution, now=now)
    return execution


def _identity_of(webhook: Webhook, delivery: Delivery) -> str:
    """Identifies a delivery and its replays; empty if nothing does."""
    if delivery.idempotency_key:
        return f"name:{delivery.idempotency_key}"
    # An eavesdropper can send a signed request again, but cannot change its time.
    if webhook.node.config.get("signed", False):
        return f"signature:{keys.mac_of(delivery.signature)}"
    return ""


def _started_by(webhook: Webhook, identity: str) -> WorkflowExecution | None:
    if not identity:
        return None
    delivery = (
        WebhookDelivery.objects.select_related("execution")
        .filter(webhook=webhook, key_digest=keys.digest(identity))
        .first()
    )
    return delivery.execution if delivery else None
