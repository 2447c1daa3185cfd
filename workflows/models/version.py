"""`WorkflowVersion`: a graph as it was saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.kit.users import NAME_LENGTH
from workflows.models.workflow import Workflow

MAX_NOTE = 200


class WorkflowVersion(models.Model):
    """The graph of one save. Its layout is the last one that it had while it was current."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="versions")
    # The `graph_version` that the save gave to the workflow.
    number = models.PositiveIntegerField(_("number"))
    # Nodes, edges and notes, in the shape in which the API shows and takes them.
    graph = models.JSONField()
    node_count = models.PositiveIntegerField(_("node count"))
    edge_count = models.PositiveIntegerField(_("edge count"))
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Kept when the user is deleted.
    saved_by_name = models.CharField(
        _("saved by name"), max_length=NAME_LENGTH, blank=True, default=""
    )
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    class Meta:
        verbose_name = _("workflow version")
        verbose_name_plural = _("workflow versions")
        ordering = ["-number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "number"], name="workflow_version_unique"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"version {self.number}"
