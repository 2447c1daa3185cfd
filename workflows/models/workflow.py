"""A workflow and its graph of nodes and edges."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.core.validators import validate_slug
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from workflows.kit.partial_rows import PartialRows
from workflows.kit.phrases import phrase
from workflows.kit.users import is_staff
from workflows.run_on import RunOn

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User

# Of names and labels, for people; and of the keys of nodes, components and ports.
NAME_LENGTH = 200
KEY_LENGTH = 64


# Of the dotted name of a function or task, and of the name of a command.
CALL_LENGTH = 200


class EdgeKind(models.TextChoices):
    FLOW = "flow", phrase("Flow")
    TOOL = "tool", phrase("Tool")


def sees_all(user: User | AnonymousUser, model: type[models.Model]) -> bool:
    """Whether `user` is staff and may view or change all rows."""
    meta = model._meta
    return is_staff(user) and any(
        user.has_perm(f"{meta.app_label}.{get_permission_codename(action, meta)}")
        for action in ("view", "change")
    )


def runs_all(user: User | AnonymousUser) -> bool:
    """Whether `user` is staff and may run the workflows of everybody."""
    return is_staff(user) and user.has_perm("ostinato_workflows.change_workflow")


class WorkflowQuerySet(models.QuerySet["Workflow"]):
    def drawn(self) -> Self:
        """Those that people have made: not those of schedules that call."""
        return self.filter(call="")

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows that `user` may view: all for staff with the permission, otherwise their
        own."""
        if sees_all(user, self.model):
            return self
        return self.filter(owner=user.pk)

    def runnable_by(self, user: User | AnonymousUser) -> Self:
        """The workflows that `user` may run: all for staff who may change them, otherwise
        their own. None of those that the system has made, which only their own schedules
        run."""
        drawn = self.drawn()
        return drawn if runs_all(user) else drawn.filter(owner=user.pk)


class Workflow(PartialRows):
    """A graph that its triggers start. `version` counts the changes to it and its graph,
    `graph_version` those of its graph alone, without its layout."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    description = models.TextField(_("description"), blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="ostinato_workflows",
        verbose_name=_("owner"),
    )
    is_active = models.BooleanField(_("is active"), default=True)
    # What a workflow calls that the system has made for schedules, one for each owner and
    # callable; empty for the workflows that people draw.
    call = models.CharField(
        max_length=CALL_LENGTH, blank=True, default="", editable=False
    )
    run_on = models.CharField(
        max_length=8, choices=RunOn.choices, default=RunOn.WORKER, editable=False
    )
    # Marked for deletion: dependent rows are deleted in the background.
    deleting_since = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    # The number of the `WorkflowVersion` that the graph is; 0 until it is saved first.
    graph_version = models.PositiveIntegerField(
        _("graph version"), default=0, editable=False
    )
    # Services write the `now` that they were passed; the database's clock is the default
    # for rows that are inserted by hand.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["owner", "name", "id"], name="workflow_owner")]
        permissions = [
            ("call_function", "Can let workflows and schedules call functions"),
            ("call_task", "Can let workflows and schedules call tasks"),
            ("call_command", "Can let workflows and schedules run commands"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "call", "run_on"],
                name="workflow_of_call_unique",
                condition=~models.Q(call="") & models.Q(deleting_since=None),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def recorded_version(self) -> int | None:
        """The number of the version that the graph is; None if it was never saved."""
        return self.graph_version or None


class PresentNodes(models.Manager["WorkflowNode"]):
    """The nodes of graphs, without those that were removed. `workflow.nodes` is one, too."""

    @override
    def get_queryset(self) -> models.QuerySet[WorkflowNode]:
        return super().get_queryset().filter(removed_at=None)


class WorkflowNode(models.Model):
    """One step. `node_id` is its name in the workflow and in templates. The primary key is
    kept as long as the `node_id` exists, so that schedules can refer to it.

    A node to which rows of other apps refer is kept when a graph without it is saved: it is
    marked as removed, which is not the same as a node that a person has made inactive. It
    is in no graph then, and comes back as the same row with its `node_id`, even as another
    type of component.
    """

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="nodes")
    node_id = models.CharField(
        _("node id"), max_length=KEY_LENGTH, validators=[validate_slug]
    )
    component_type = models.CharField(_("component type"), max_length=KEY_LENGTH)
    label = models.CharField(_("label"), max_length=NAME_LENGTH, blank=True, default="")
    config = models.JSONField(_("config"), default=dict, blank=True)
    position = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(_("is active"), default=True)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PresentNodes()
    with_removed = models.Manager["WorkflowNode"]()

    class Meta:
        verbose_name = _("workflow node")
        verbose_name_plural = _("workflow nodes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "node_id"], name="workflow_node_id_unique"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.label or self.node_id


class WorkflowEdge(models.Model):
    """Leads from a port of `source` to `target`. A `tool` edge makes `source` a tool of an
    agent, and carries no flow."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="edges")
    source = models.ForeignKey(
        WorkflowNode,
        models.CASCADE,
        related_name="outgoing_edges",
        verbose_name=_("source"),
    )
    target = models.ForeignKey(
        WorkflowNode,
        models.CASCADE,
        related_name="incoming_edges",
        verbose_name=_("target"),
    )
    source_port = models.CharField(
        _("source port"), max_length=KEY_LENGTH, default="out"
    )
    kind = models.CharField(
        _("kind"), max_length=8, choices=EdgeKind.choices, default=EdgeKind.FLOW
    )

    class Meta:
        verbose_name = _("workflow edge")
        verbose_name_plural = _("workflow edges")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "source_port", "kind"],
                name="workflow_edge_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=EdgeKind.values),
                name="workflow_edge_kind_valid",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")),
                name="workflow_edge_no_self_loop",
            ),
        ]

    @override
    def __str__(self) -> str:
        port = "" if self.source_port == "out" else f" ({self.source_port})"
        return f"{self.source.node_id}{port} → {self.target.node_id}"


class WorkflowNote(models.Model):
    """A note on the canvas. It is layout: no version is made of it alone."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="notes")
    note_id = models.CharField(max_length=KEY_LENGTH, validators=[validate_slug])
    text = models.TextField(blank=True, default="")
    position = models.JSONField(default=dict)
    size = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("workflow note")
        verbose_name_plural = _("workflow notes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "note_id"], name="workflow_note_id_unique"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.note_id
