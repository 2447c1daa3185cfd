"""The record of one run of a workflow, and of each of its nodes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.failures import failure_kind_field, kind_on_record
from workflows.models.workflow import KEY_LENGTH, NAME_LENGTH, Workflow, sees_all

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User


class WorkflowExecutionQuerySet(models.QuerySet["WorkflowExecution"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows that `user` may view: all for staff with the permission, otherwise their
        own."""
        if sees_all(user, self.model):
            return self
        return self.filter(owner=user.pk)


class WorkflowExecution(models.Model):
    """One run of a graph. It outlives its workflow, and keeps its name."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workflow = models.ForeignKey(
        Workflow,
        models.SET_NULL,
        null=True,
        db_index=False,  # `execution_by_workflow` begins with it
        related_name="executions",
    )
    workflow_name = models.CharField(max_length=NAME_LENGTH)
    # The number of the version of the graph that it runs. Empty for a graph that was never
    # saved, and for executions from before there were versions.
    graph_version = models.PositiveIntegerField(null=True)
    # The user it runs as: the owner of the workflow when it started.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,  # `execution_by_owner` begins with it
        related_name="ostinato_executions",
    )
    # The execution whose node runs this one in the same process.
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,  # `execution_of_parent` has it
        related_name="children",
    )
    trigger_type = models.CharField(_("trigger type"), max_length=32)
    # A copy of the node's `node_id`, not a reference: the node may be deleted.
    trigger_node_id = models.CharField(max_length=KEY_LENGTH)
    event = models.JSONField(default=dict, blank=True)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.PENDING
    )
    failure_kind = failure_kind_field()
    error = models.TextField(blank=True, default="")
    failed_node = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # For executions that are queued on their own, such as manual runs. Empty while one is
    # committed, but not yet in Redis. A run of a schedule is queued by its ledger row.
    enqueued_at = models.DateTimeField(null=True, blank=True)
    # Gives every send a new RQ job id: a known one would overwrite a running job's hash.
    send_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    # Renewed by the process of an execution that runs on its own. Once it has expired, that
    # process is gone.
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WorkflowExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("workflow execution")
        verbose_name_plural = _("workflow executions")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="execution_newest"),
            models.Index(
                fields=["owner", "-created_at", "id"], name="execution_by_owner"
            ),
            models.Index(
                fields=["workflow", "-created_at", "id"], name="execution_by_workflow"
            ),
            # Versions that an execution names are kept.
            models.Index(
                fields=["workflow", "graph_version"], name="execution_by_version"
            ),
            models.Index(
                fields=["enqueued_at", "created_at"],
                condition=models.Q(status="pending"),
                name="execution_pending",
            ),
            # Who is next, among those and the runs of schedules.
            models.Index(
                fields=["owner", "created_at"],
                condition=models.Q(status="pending"),
                name="execution_in_turn",
            ),
            # Those with a lease of their own, not that of a schedule's run.
            models.Index(
                fields=["lease_until"],
                condition=models.Q(status="running", lease_until__isnull=False),
                name="execution_running",
            ),
            models.Index(
                fields=["parent"],
                condition=models.Q(parent__isnull=False),
                name="execution_of_parent",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "pending",
                        "running",
                        "succeeded",
                        "failed",
                        "cancelled",
                    ]
                ),
                name="execution_status_valid",
            ),
            models.CheckConstraint(
                name="execution_failed_has_kind",
                condition=kind_on_record(models.Q(status="failed")),
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.workflow_name} {self.id}"


class NodeRun(models.Model):
    """The input, the output and the outcome of one node of an execution."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"
        CANCELLED = "cancelled", "Cancelled"

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(
        WorkflowExecution,
        models.CASCADE,
        db_index=False,  # `node_run_sequence_unique` begins with it
        related_name="node_runs",
    )
    # 1, 2, 3 ... in the order in which the nodes were settled.
    sequence = models.PositiveIntegerField()
    node_id = models.CharField(max_length=KEY_LENGTH)
    component_type = models.CharField(max_length=KEY_LENGTH)
    label = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.RUNNING
    )
    input = models.JSONField(null=True, blank=True)
    output = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    port = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("node run")
        verbose_name_plural = _("node runs")
        ordering = ["execution", "sequence"]
        constraints = [
            # Also the last protection against two workers that run the same execution.
            models.UniqueConstraint(
                fields=["execution", "sequence"], name="node_run_sequence_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "running",
                        "succeeded",
                        "failed",
                        "skipped",
                        "cancelled",
                    ]
                ),
                name="node_run_status_valid",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.node_id}: {self.status}"
