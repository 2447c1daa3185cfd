"""The signal that a person has started or cancelled an execution, whatever the door."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.dispatch import Signal

from workflows.kit.users import User
from workflows.models import WorkflowExecution


class ByHand(StrEnum):
    START = "start"
    CANCEL = "cancel"


done_by_hand = Signal()


def announce(
    what: ByHand, execution: WorkflowExecution, *, user: User, now: datetime
) -> None:
    """Called in the transaction that does it, so that a receiver writes in it too."""
    done_by_hand.send(
        WorkflowExecution, execution=execution, user=user, what=what, now=now
    )
