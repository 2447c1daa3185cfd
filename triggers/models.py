"""The addresses by which others start workflows, and what came in twice."""

from __future__ import annotations

from django.db import models
from typing_extensions import override

from workflows.models import WorkflowExecution, WorkflowNode


class Webhook(models.Model):
    """The address of one `trigger_webhook` node. Nothing in this row is a secret: of the
    token there is a digest, and the signing key comes from the salt and `SECRET_KEY`."""

    id = models.BigAutoField(primary_key=True)
    node = models.OneToOneField(WorkflowNode, models.CASCADE, related_name="webhook")
    token_digest = models.CharField(max_length=64, unique=True)
    salt = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return f"{self.node.node_id} of {self.node.workflow}"


class WebhookDelivery(models.Model):
    """A request that named itself, and the execution that it started: once, however often
    it comes. It goes when the execution is pruned."""

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    key_digest = models.CharField(max_length=64)
    execution = models.ForeignKey(WorkflowExecution, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "key_digest"], name="webhook_delivery_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"delivery to webhook {self.webhook_id}"
