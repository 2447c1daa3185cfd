"""What kind of failure ended an attempt: declared here once, for executions and for runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from workflows.exceptions import InvalidGraph, TimedOut
from workflows.kit.errors import NotAllowed


class FailureKind(models.TextChoices):
    """Behaviour, filters and alerts go by this; the text of an error is for people only."""

    # A node of the workflow failed.
    NODE = "node", "Node failed"
    # The deadline passed, however the process ended then.
    TIMEOUT = "timeout", "Timed out"
    # The worker ended, or could not renew its lease.
    LOST = "lost", "Worker lost"
    # The workflow is inactive, or none of its active triggers accepted the schedule.
    NO_TRIGGER = "no_trigger", "No trigger"
    # The owner of the schedule may no longer run the workflow.
    NOT_ALLOWED = "not_allowed", "Not allowed"
    # Payload, graph or target cannot be used: each attempt would fail alike.
    BROKEN = "broken", "Broken"
    # The process ended by itself or was killed, or an error of ours ended the attempt.
    CRASH = "crash", "Crashed"


def failure_kind_field() -> models.CharField[str, str]:
    """A column for the kind of failure; empty without one."""
    return models.CharField(
        max_length=16,
        choices=FailureKind.choices,
        blank=True,
        default="",
        db_default="",  # firing names no column that a new row leaves empty
    )


def kind_on_record(failed: Q) -> Q:
    """The constraint: there is a kind of failure exactly where `failed` holds."""
    return (failed & Q(failure_kind__in=FailureKind.values)) | (
        ~failed & Q(failure_kind="")
    )


def kind_of(error: BaseException) -> FailureKind:
    """The kind of an error that ended an attempt outside of its nodes."""
    if isinstance(error, TimedOut):
        return FailureKind.TIMEOUT
    if isinstance(error, InvalidGraph):
        return FailureKind.BROKEN
    if isinstance(error, NotAllowed):
        return FailureKind.NOT_ALLOWED
    return FailureKind.CRASH
