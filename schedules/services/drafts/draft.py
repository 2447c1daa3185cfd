"""From requested fields to a schedule that may be saved.

A draft is an unsaved `ScheduledJob` with the requested fields. All problems are collected
by field before the draft is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleType
from schedules.services.drafts.facts import Facts
from schedules.services.drafts.fields import FIELDS, TIMING_FIELDS, WHEN_FIELD, Kind
from schedules.services.drafts.snapshot import changes, snapshot
from schedules.services.drafts.starting import start_problems
from schedules.services.drafts.validation import (
    NO_TICKS,
    Problems,
    not_a_choice,
    own_problems,
    problems,
)
from schedules.timing import (
    CronTiming,
    ManualTiming,
    Timing,
    TimingError,
    checked_instant,
)
from workflows.kit.json_value import composed, map_strings
from workflows.kit.logs import get_logger
from workflows.models import Workflow, WorkflowNode

logger = get_logger(__name__)
# What belongs to a workflow as the target of a schedule, and what to a call.
OF_WORKFLOW = ("workflow", "trigger_node", "trigger_payload")
OF_CALL = ("call", "arguments", "run_on")
OF_START = {"name", "workflow", "trigger_node", "call", "arguments", "run_on"}
# In which schedules differ that are otherwise alike: they imply nothing about other fields.
OWN = ("name", "description", "trigger_payload", "arguments")
UNKNOWN_FIELD = "Unknown field: leave it out."
# The Python type of a kind of field. The other kinds are checked by their rules.
TYPES = {
    Kind.TEXT: str,
    Kind.TIME: datetime,
    Kind.WORKFLOW: Workflow,
    Kind.NODE: WorkflowNode,
}


def apply_fields(
    draft: ScheduledJob, fields: Mapping[str, Any], *, now: datetime
) -> None:
    """Put `fields` on the draft, and fill in what they imply: type, time zone, anchor.

    Raises `InvalidSchedule` for an unknown field, for a value of the wrong type, and for
    timing fields that contradict each other.
    """
    unknown = sorted(fields.keys() - FIELDS.keys())
    if unknown:
        raise InvalidSchedule(errors={name: [UNKNOWN_FIELD] for name in unknown})
    was = draft.schedule_type
    draft.schedule_type = _schedule_type(draft, fields)
    wrong = dict(_wrong_types(fields))
    if wrong:
        raise InvalidSchedule(errors={name: [why] for name, why in wrong.items()})
    _refuse_two_targets(fields)
    _clear_other_target(draft, fields)
    # A schedule that calls has a workflow, which is not among the fields that people set.
    kept = {"schedule_type"} | (
        {"workflow"} if fields.get("call", draft.call) else set()
    )
    for name, value in fields.items():
        if name not in kept:
            setattr(draft, name, _as_saved(name, value))
    if was and draft.schedule_type != was:  # a new draft has nothing to clear
        _clear_other_types(draft, fields)
    draft.cron_expression = draft.cron_expression or ""
    draft.timezone = draft.timezone or settings.TIME_ZONE
    _settle_times(draft)
    if draft.schedule_type == ScheduleType.INTERVAL and not draft.anchor_at:
        begins = draft.created_at if draft.schedule_type == was else now
        draft.anchor_at = draft.start_at or begins.replace(microsecond=0)


def differing(
    schedule: ScheduledJob, fields: Mapping[str, Any], *, now: datetime
) -> list[str]:
    """The names of those `fields` whose values differ from the schedule's own.

    Raises `InvalidSchedule` when the timing fields contradict each other.
    """
    wanted = copy(schedule)
    apply_fields(wanted, fields, now=now)
    changed = changes(snapshot(schedule), snapshot(wanted))
    return [name for name in fields if name in changed]


def _wrong_types(fields: Mapping[str, Any]) -> Problems:
    """Values that are not a text, a time or a row as their field requires. The rules that
    follow rely on these types."""
    for name, value in fields.items():
        field = FIELDS[name]
        if value is None and (field.implied or field.kind is not Kind.TEXT):
            continue
        if not isinstance(value, TYPES.get(field.kind, object)):
            yield name, f"Give a {field.kind.value}."


def _as_saved(name: str, value: Any) -> Any:
    """Text that people search, filter and compare is stored in one form of Unicode."""
    is_prose = FIELDS[name].kind in (Kind.TEXT, Kind.WORDS)
    if is_prose and name not in TIMING_FIELDS:
        return map_strings(value, composed)
    return value


def _schedule_type(draft: ScheduledJob, fields: Mapping[str, Any]) -> str:
    """The type that is given, or that the one given timing field implies."""
    given = [
        kind for kind, name in WHEN_FIELD.items() if fields.get(name) not in (None, "")
    ]
    if len(given) > 1:
        names = " and ".join(WHEN_FIELD[kind] for kind in given)
        why = f"{names} exclude each other: give exactly one of them."
        raise InvalidSchedule(errors={WHEN_FIELD[kind]: [why] for kind in given})
    named = fields.get("schedule_type")
    if named and named not in ScheduleType.values:
        why = not_a_choice(ScheduleType.values)
        raise InvalidSchedule(errors={"schedule_type": [why]})
    if named and given and named != given[0]:
        raise InvalidSchedule(errors=_other_type(ScheduleType(named), given[0]))
    return named or (given[0] if given else draft.schedule_type)


def _other_type(named: ScheduleType, given: ScheduleType) -> dict[str, list[str]]:
    """The problem of a field that belongs to the type `given` and not to the type named."""
    other = WHEN_FIELD[given]
    if named == ScheduleType.MANUAL:
        why = NO_TICKS.format(field=other)
    else:
        why = f"A schedule of type {named} takes {WHEN_FIELD[named]}, not {other}."
    return {other: [why]}


def _refuse_two_targets(fields: Mapping[str, Any]) -> None:
    if fields.get("workflow") and fields.get("call"):
        why = "workflow and call exclude each other: give exactly one of them."
        raise InvalidSchedule(errors={"workflow": [why], "call": [why]})


def _clear_other_target(draft: ScheduledJob, fields: Mapping[str, Any]) -> None:
    """A workflow in place of a call clears what belongs to the call, and the other way round,
    but for what is given."""
    dropped: tuple[str, ...] = ()
    if draft.call and (fields.get("workflow") or not fields.get("call", draft.call)):
        dropped = (*OF_CALL, "workflow")
    elif not draft.call and fields.get("call"):
        dropped = OF_WORKFLOW
    for name in dropped:
        default = FIELDS[name].column.get_default()
        setattr(draft, name, default)


def _clear_other_types(draft: ScheduledJob, fields: Mapping[str, Any]) -> None:
    """A change of type clears the fields of the old type that were not just given."""
    dropped = {name for kind, name in WHEN_FIELD.items() if kind != draft.schedule_type}
    if draft.schedule_type != ScheduleType.INTERVAL:
        dropped |= {"anchor_at"} - fields.keys()
    if draft.schedule_type == ScheduleType.MANUAL:
        of_ticks = {name for name, field in FIELDS.items() if field.of_ticks}
        dropped |= of_ticks - fields.keys()
    for name in dropped:
        setattr(draft, name, FIELDS[name].column.get_default())


def _settle_times(draft: ScheduledJob) -> None:
    """Round times down to whole seconds, and read those without an offset in the zone."""
    problems: dict[str, list[str]] = {}
    for name in _TIMES:
        value = getattr(draft, name)
        if not isinstance(value, datetime):
            continue
        try:
            setattr(draft, name, _instant(name, value, draft.timezone))
        except TimingError as error:
            problems[error.field] = [str(error)]
    if problems:
        raise InvalidSchedule(errors=problems)


_TIMES = [name for name, field in FIELDS.items() if field.kind is Kind.TIME]


def _instant(name: str, value: datetime, zone: str) -> datetime:
    value = value.replace(microsecond=0)
    if value.tzinfo is None:
        return timing.resolve_local(value, zone, field=name)
    return checked_instant(name, value)


def check_draft(
    draft: ScheduledJob,
    *,
    ignoring: Collection[str] = (),
    starts: bool = False,
    had: str = "",
    facts: Facts | None = None,
) -> Timing:
    """The draft's timing, if every field is valid, `ignoring` some.

    `starts`: its workflow must also have a trigger that accepts it, or what it calls must
    exist, take its arguments, and be allowed to its owner. `had`: the cron expression that
    it had before, which needs no second opinion. `facts`: shared by drafts that are checked
    together. Raises `InvalidSchedule` with all problems by field.
    """
    facts = facts or Facts()
    errors: dict[str, list[str]] = {}
    suggestion = None
    for field, why in problems(draft, facts):
        if field not in ignoring:
            errors.setdefault(field, []).append(why)
    if starts and not errors.keys() & OF_START:
        for field, why in start_problems(draft, facts):
            errors.setdefault(field, []).append(why)
    if not errors.keys() & set(TIMING_FIELDS):
        try:
            accepted = _accepted(draft, had)
        except TimingError as error:
            errors.setdefault(error.field, []).append(str(error))
            suggestion = error.suggestion
    if errors:
        raise InvalidSchedule(errors=errors, suggestion=suggestion)
    return accepted


def check_alike(draft: ScheduledJob, fields: Mapping[str, Any], facts: Facts) -> None:
    """Put on the draft `fields` that are all `OWN`, and check them. In all other fields it
    equals one that was checked. Raises `InvalidSchedule` with all problems by field."""
    wrong = dict(_wrong_types(fields))
    if wrong:
        raise InvalidSchedule(errors={name: [why] for name, why in wrong.items()})
    for name, value in fields.items():
        setattr(draft, name, _as_saved(name, value))
    errors: dict[str, list[str]] = {}
    for field, why in own_problems(draft):
        errors.setdefault(field, []).append(why)
    if not errors.keys() & OF_START:
        for field, why in start_problems(draft, facts):
            errors.setdefault(field, []).append(why)
    if errors:
        raise InvalidSchedule(errors=errors)


def _accepted(draft: ScheduledJob, had: str) -> Timing:
    """Raises `TimingError`, even for a valid expression if croniter disagrees about it."""
    accepted = draft.timing
    if not isinstance(accepted, CronTiming) or accepted.expression == had:
        return accepted
    found = timing.disagreement(accepted.expression)
    if found is None:
        return accepted
    logger.error(
        "cron_disputed",
        cron_expression=accepted.expression,
        start=str(found.start),
        ours=str(found.ours),
        theirs=str(found.theirs),
    )
    raise TimingError(
        "cron_expression",
        "For this expression Ostinato and the library croniter calculate different times "
        f"({found.ours} and {found.theirs}, after {found.start}). This is a defect of "
        "Ostinato: report it, and write the expression in another way.",
    )


def check_first_tick(
    draft: ScheduledJob, found: Timing, *, after: datetime
) -> datetime | None:
    """The first tick after `after`; None for a manual schedule.

    Raises `InvalidSchedule` if a schedule of another type has no tick left.
    """
    tick = timing.next_after(found, after)
    if tick is not None or isinstance(found, ManualTiming):
        return tick
    field, why = _why_none(draft, after)
    raise InvalidSchedule(errors={field: [why]})


def _why_none(draft: ScheduledJob, after: datetime) -> tuple[str, str]:
    """The field because of which no tick is left, and the problem."""
    if draft.schedule_type == ScheduleType.ONCE:
        if not draft.run_at or draft.run_at <= after:
            return "run_at", "This time has passed: give one in the future."
        if draft.start_at or draft.end_at:
            return "run_at", "This time is outside the range from start_at to end_at."
        return "run_at", "The calendar ends before this time: give an earlier time."
    if draft.end_at:
        return "end_at", (
            "No tick is left before this time, so the schedule would never run: give a "
            "later time."
        )
    field = "start_at" if draft.start_at else "anchor_at"
    return field, "No tick is left before the calendar ends: give an earlier time."
