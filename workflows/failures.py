"""The kinds of failure of an attempt, declared once for executions and runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from workflows.exceptions import (
    InvalidGraph,
    NodeBroken,
    NodeNotAllowed,
    TimedOut,
)
from workflows.kit.errors import NotAllowed
from workflows.kit.phrases import phrase


class FailureKind(models.TextChoices):
    """Decides behaviour, filters and alerts; the text of an error is for people only."""

    # A node of the workflow failed.
    NODE = "node", phrase("Node failed")
    # The deadline passed, regardless of how the process ended then.
    TIMEOUT = "timeout", phrase("Timed out")
    # The worker ended, or could not renew its lease.
    LOST = "lost", phrase("Worker lost")
    # The workflow is inactive, or none of its active triggers accepted the schedule.
    NO_TRIGGER = "no_trigger", phrase("No trigger")
    # The owner of the schedule may no longer run the workflow, or that of the workflow may
    # not do what a node does.
    NOT_ALLOWED = "not_allowed", phrase("Not allowed")
    # The payload, the graph or the target is not valid, or what a node refers to has gone:
    # every attempt would fail.
    BROKEN = "broken", phrase("Broken")
    # The process exited or was killed, or a bug of ours ended the attempt.
    CRASH = "crash", phrase("Crashed")


def failure_kind_field() -> models.CharField[str, str]:
    """A column for the kind of failure; empty if there was none."""
    return models.CharField(
        max_length=16,
        choices=FailureKind.choices,
        blank=True,
        default="",
        db_default="",  # the INSERT of firing leaves out columns that are empty
    )


def kind_on_record(failed: Q) -> Q:
    """The constraint that a row has a kind of failure if, and only if, `failed` holds."""
    return (failed & Q(failure_kind__in=FailureKind.values)) | (
        ~failed & Q(failure_kind="")
    )


def kind_in_node(error: BaseException) -> FailureKind:
    """The kind of failure for an error that a node has raised."""
    if isinstance(error, NodeBroken):
        return FailureKind.BROKEN
    if isinstance(error, NodeNotAllowed):
        return FailureKind.NOT_ALLOWED
    return FailureKind.NODE


def kind_of(error: BaseException) -> FailureKind:
    """The kind of failure for an error that was raised outside of nodes."""
    if isinstance(error, TimedOut):
        return FailureKind.TIMEOUT
    if isinstance(error, InvalidGraph):
        return FailureKind.BROKEN
    if isinstance(error, NotAllowed):
        return FailureKind.NOT_ALLOWED
    return FailureKind.CRASH
