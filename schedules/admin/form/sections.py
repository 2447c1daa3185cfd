"""The sections of the page of a schedule."""

from __future__ import annotations

from typing import Any

from schedules.admin.columns import times
from schedules.admin.form.what_runs import Choice
from schedules.models import ScheduledJob
from schedules.services.drafts.draft import OF_WORKFLOW
from schedules.services.drafts.fields import SECTIONS, Door, Kind, fields_at

SHOWN_TIMES = {
    field.name: times(field.name, field.label, zone="timezone")
    for field in fields_at(Door.ADMIN)
    if field.kind is Kind.TIME
}
# What a schedule calls, where it is only shown.
SHOWN_CALL = ("calls", "with_arguments", "call_fits")

# What only application code sets.
OF_CODE = ("key", "object", "when_object_gone")
KEPT_BY_CODE = (
    "Application code",
    {
        "fields": OF_CODE,
        "description": "Application code keeps this schedule under a key. What people change "
        "here stays as they have changed it, unless the code insists.",
    },
)


def _sections(*, read: bool = False) -> list[tuple[str | None, dict[str, Any]]]:
    """The sections of the field table, without what runs. To be `read` only, times are shown
    in the schedule's time zone and in UTC."""
    shown = SHOWN_TIMES if read else {}
    found: list[tuple[str | None, dict[str, Any]]] = []
    for title, section, text in SECTIONS:
        names = [
            shown.get(field.name, field.name)
            for field in fields_at(Door.ADMIN, section)
            if field.name not in OF_WORKFLOW
        ]
        if names:
            found.append((title or None, {"fields": names, "description": text}))
    return found


def sections_to_fill_in(choice: Choice, schedule: ScheduledJob | None) -> Any:
    """The sections of the form: after the first one, what runs, with its fields."""
    first, *others = _sections()
    if schedule is None:  # it may start out paused
        first[1]["fields"] = [*first[1]["fields"], "status"]
    others[-1][1]["fields"] = [*others[-1][1]["fields"], "version"]
    what: dict[str, Any] = {
        "fields": ["call", *_fields_of(choice)],
        "classes": ["what-runs"],
        "description": choice.about,
    }
    return [first, ("What runs", what), *others, *_of_code(schedule)]


def _fields_of(choice: Choice) -> list[str]:
    if not choice.name:
        return [*OF_WORKFLOW]
    if choice.target is None:
        return ["with_arguments"]
    return [*choice.field_names, *(["run_on"] if choice.target.kind == "task" else [])]


def sections_to_read(schedule: ScheduledJob) -> Any:
    """The sections of the page where nothing can be changed."""
    first, *others = _sections(read=True)
    what = SHOWN_CALL if schedule.call else OF_WORKFLOW
    sections = [first, ("What runs", {"fields": [*what]}), *others]
    return [*sections, *_of_code(schedule)]


def _of_code(schedule: ScheduledJob | None) -> list[Any]:
    return [KEPT_BY_CODE] if schedule and schedule.key else []
