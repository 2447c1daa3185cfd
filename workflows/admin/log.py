"""Django's own log of actions: one line of it, and those of what people do with executions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.dispatch import receiver

from workflows.kit.users import User
from workflows.models import WorkflowExecution
from workflows.services import ByHand, done_by_hand

LONGEST_NAME = 200  # of the column
FLAGS = {ByHand.START: ADDITION, ByHand.CANCEL: CHANGE}
PAST = {ByHand.START: "Started by hand.", ByHand.CANCEL: "Cancelled."}


def add_line(
    user_id: Any,
    row: tuple[type[Model], object, str],
    flag: int,
    message: str,
    *,
    at: datetime,
) -> LogEntry:
    """`row`: its model, key and name, since it may be gone."""
    model, key, name = row
    return LogEntry.objects.create(
        user_id=user_id,
        content_type=ContentType.objects.get_for_model(model),
        object_id=str(key),
        object_repr=name[:LONGEST_NAME],
        action_flag=flag,
        change_message=message,
        action_time=at,
    )


@receiver(done_by_hand)
def log_execution(
    execution: WorkflowExecution,
    user: User,
    what: ByHand,
    now: datetime,
    **kwargs: Any,
) -> None:
    """In the transaction of the verb."""
    row = (WorkflowExecution, execution.pk, execution.workflow_name)
    add_line(user.pk, row, FLAGS[what], PAST[what], at=now)
