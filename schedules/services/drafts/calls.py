"""What a schedule calls, and with which arguments: their problems, and the workflow in which
the system runs the call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from schedules.exceptions import ScheduleNotAllowed
from schedules.models import ScheduledJob
from schedules.services.actor import Actor
from schedules.services.drafts.validation import Problems
from workflows.callables import Target, find, targets, why_not
from workflows.callables.django_tasks import backend_problem
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.run_on import RunOn
from workflows.services import workflow_of_call

NAMED = 10
MAY_NOT_CALL = "{who} may not call {name}: the permission {permission} is missing."


def call_problems(schedule: ScheduledJob) -> Problems:
    """Why the call of a schedule could not run, by field: its callable is gone, its owner may
    not call it, or the arguments do not fit."""
    target = find(schedule.call)
    if target is None:
        yield "call", _unknown(schedule.call)
        return
    if missing := why_not(schedule.owner, target):
        yield (
            "call",
            MAY_NOT_CALL.format(
                who="The owner of the schedule", name=target.name, permission=missing
            ),
        )
    if schedule.run_on == RunOn.BACKEND and (why := backend_problem(target)):
        yield "run_on", why
    yield from _argument_problems(schedule, target, schedule.owner)


def _argument_problems(
    schedule: ScheduledJob, target: Target, user: User | None
) -> Problems:
    for path, why in target.problems(schedule.arguments, user=user):
        yield f"arguments.{path}" if path else "arguments", why


def mismatch(schedule: ScheduledJob) -> str:
    """Why the call does not fit the code of the site as it is now; empty if it does, and for
    a schedule that calls nothing. No query: permissions and objects are not looked up."""
    if not schedule.call:
        return ""
    target = find(schedule.call)
    if target is None:
        return _unknown(schedule.call)
    found = _argument_problems(schedule, target, None)
    return " ".join(f"{field}: {why}" for field, why in found)


def call_fault(schedule: ScheduledJob) -> str:
    """The first of its `call_problems`; empty if there is none."""
    found = (f"{field}: {why}" for field, why in call_problems(schedule))
    return next(found, "")


def _unknown(name: str) -> str:
    known = [target.name for target in targets()]
    near = get_close_matches(name, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    shown = ", ".join(known[:NAMED]) or "none"
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return (
        f"Nothing of this name may be called.{meant} What may be called: {shown}{more}."
    )


def check_caller(schedule: ScheduledJob, actor: Actor) -> None:
    """Raises `ScheduleNotAllowed` if the actor's user may not call what the schedule calls,
    or may not view an object in its arguments. The owner's permissions are among its
    `call_problems`."""
    target = find(schedule.call) if schedule.call else None
    if target is None or actor.user is None:
        return
    if missing := why_not(actor.user, target):
        why = MAY_NOT_CALL.format(who="You", name=target.name, permission=missing)
        raise ScheduleNotAllowed(why, field="call")
    if actor.user.pk == schedule.owner_id:
        return
    # What does not fit the signature is told as such, at its field.
    unfit = set(_argument_problems(schedule, target, None))
    for field, why in _argument_problems(schedule, target, actor.user):
        if (field, why) not in unfit:
            raise ScheduleNotAllowed(why, field=field)


def attach_workflows(schedules: Iterable[ScheduledJob], *, now: datetime) -> None:
    """Give each of the schedules that call the workflow in which the system runs its call.
    They are valid; call this in the transaction that saves them."""
    calling = [schedule for schedule in schedules if schedule.call]
    made: dict[tuple[object, str, str], Workflow] = {}
    # Always in this order, so that no two callers wait for each other.
    for schedule in sorted(calling, key=_call):
        key = _call(schedule)
        if key not in made:
            target = find(schedule.call)
            assert target is not None, "a valid call"
            made[key] = workflow_of_call(
                schedule.owner, target, schedule.run_on, now=now
            )
        schedule.workflow = made[key]


def _call(schedule: ScheduledJob) -> tuple[str, str, str]:
    return str(schedule.owner_id), schedule.call, schedule.run_on
