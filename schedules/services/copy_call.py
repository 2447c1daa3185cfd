"""Copy to a workflow: what a schedule calls, as a workflow that people can change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schedules.exceptions import NoCall, ScheduleNotFound
from schedules.models import ScheduledJob
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.services import copy_to_workflow


def copy_call(schedule_id: UUID, *, user: User, now: datetime) -> Workflow:
    """A new workflow of `user`, who may view the schedule, that calls what it calls. The
    schedule stays as it is.

    Raises `ScheduleNotFound`, `NoCall` for a schedule that runs a workflow already, and what
    saving a graph raises.
    """
    visible = ScheduledJob.objects.visible_to(user).select_related("workflow")
    schedule = visible.filter(pk=schedule_id).first()
    if schedule is None:
        raise ScheduleNotFound
    if not schedule.call:
        raise NoCall
    return copy_to_workflow(schedule.workflow, user=user, now=now)
