"""Webhooks, and the deliveries by which repeated calls are recognised."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.models import WorkflowExecution, WorkflowNode


class Webhook(models.Model):
    """The webhook of one `trigger_webhook` node. This row contains no secret: of the token it
    has a digest, and the signing key is derived from the salt and `SECRET_KEY`."""

    id = models.BigAutoField(primary_key=True)
    node = models.OneToOneField(
        WorkflowNode, models.CASCADE, related_name="webhook", verbose_name=_("node")
    )
    token_digest = models.CharField(max_length=64, unique=True)
    salt = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    @override
    def __str__(self) -> str:
        return f"{self.node.node_id} of {self.node.workflow}"


class WebhookDelivery(models.Model):
    """An identified request and the execution that it started, so that its repetitions start
    nothing. It is deleted when the execution is pruned."""

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    key_digest = models.CharField(max_length=64)
    execution = models.ForeignKey(WorkflowExecution, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "key_digest"], name="webhook_delivery_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"delivery to webhook {self.webhook_id}"
