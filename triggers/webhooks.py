"""Issuing and revoking the webhooks of `trigger_webhook` nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from triggers import keys
from triggers.models import Webhook
from workflows.access import require_permission
from workflows.components.trigger_webhook import WebhookTrigger
from workflows.kit.errors import NotFound, WrongState
from workflows.kit.users import User
from workflows.models import Workflow


class NoWebhookNode(WrongState):
    code = "no_webhook_node"
    message = "Only a node of the type trigger_webhook can have a webhook."


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """A webhook with its secrets, which are shown only once."""

    webhook: Webhook
    token: str = field(repr=False)
    signing_key: str = field(repr=False)


def issue_webhook(
    workflow: Workflow, node_id: str, *, user: User, now: datetime
) -> IssuedWebhook:
    """Issue a new URL and signing key for the node; any previous ones stop working at once.

    Raises `NotAllowed`, `NotFound` or `NoWebhookNode`.
    """
    require_permission(user, "change", workflow)
    token, salt = keys.new_token(), keys.new_token()
    values = {"token_digest": keys.digest(token), "salt": salt, "created_at": now}
    with transaction.atomic():
        # As changes of the graph do: the node must not be deleted before the webhook is saved.
        Workflow.objects.select_for_update(no_key=True).filter(pk=workflow.pk).first()
        node = workflow.nodes.filter(node_id=node_id).first()
        if node is None:
            raise NotFound(f'The workflow has no node "{node_id}".')
        if node.component_type != WebhookTrigger.type:
            raise NoWebhookNode
        webhook, _ = Webhook.objects.update_or_create(node=node, defaults=values)
    return IssuedWebhook(webhook, token, keys.signing_key(salt))


def webhooks_of(workflow: Workflow) -> QuerySet[Webhook]:
    """The webhooks of all nodes of the workflow."""
    webhooks = Webhook.objects.filter(node__workflow=workflow, node__removed_at=None)
    return webhooks.select_related("node")


def webhook_of(workflow: Workflow, node_id: str) -> Webhook:
    """The webhook of the node. Raises `NotFound` if it has none."""
    webhook = webhooks_of(workflow).filter(node__node_id=node_id).first()
    if webhook is None:
        raise NotFound("This node has no webhook.")
    return webhook


def revoke_webhook(workflow: Workflow, node_id: str, *, user: User) -> None:
    """Revoke the webhook of the node. Raises `NotAllowed` or `NotFound`."""
    require_permission(user, "change", workflow)
    webhook_of(workflow, node_id).delete()
