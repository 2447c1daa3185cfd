"""The sections of the form of a schedule, and those of the page where it is only read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from schedules.admin.columns import times
from schedules.admin.form.what_runs import Choice
from schedules.admin.form.words import label_of
from schedules.models import ScheduledJob
from schedules.services.drafts.draft import OF_WORKFLOW
from schedules.services.drafts.fields import FIELDS, SECTIONS, Door, Kind, fields_at

Text = str | Promise

SHOWN_TIMES = {
    field.name: times(field.name, label_of(field.name), zone="timezone")
    for field in fields_at(Door.ADMIN)
    if field.kind is Kind.TIME
}
# What a schedule calls, where it is only shown.
SHOWN_CALL = ("calls", "with_arguments", "call_fits")

# What only application code sets.
OF_CODE = ("key", "object", "when_object_gone")
KEPT_BY_CODE = (
    _("Application code"),
    {
        "fields": OF_CODE,
        "description": _(
            "Application code keeps this schedule under a key. What people change here "
            "stays as they have changed it, unless the code insists."
        ),
    },
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `title` is long where all sections are open, `short` where they are closed
    and each says in a sentence what holds."""

    name: str
    title: Text
    fields: tuple[str, ...]
    short: Text = ""
    intro: Text = ""

    @property
    def heading(self) -> Text:
        return self.short or self.title


LAYOUT = (
    Section("what", _("What"), ("name", "tags", "description")),
    Section(
        "when",
        _("When"),
        (
            "schedule_type",
            "cron_expression",
            "interval_seconds",
            "anchor_at",
            "run_at",
            "timezone",
        ),
    ),
    Section(
        "overlap",
        _("If the previous run is still in progress"),
        ("overlap_policy", "max_open_runs"),
        short=_("If runs overlap"),
    ),
    Section(
        "late",
        _("If runs were missed"),
        ("catchup_policy", "catchup_window_seconds"),
        short=_("If runs are late"),
        intro=_(
            "After an outage, for example. For a pause, you choose when you resume."
        ),
    ),
    Section(
        "failures",
        _("If a run fails"),
        (
            "timeout_seconds",
            "max_retries",
            "retry_backoff_seconds",
            "pause_after_failures",
        ),
    ),
    Section(
        "limits", _("Limits"), ("start_at", "end_at", "max_runs", "jitter_seconds")
    ),
    Section(
        "payload",
        _("Payload"),
        ("trigger_payload",),
        intro=_("A JSON object. Nodes read it as {{ trigger.payload }}."),
    ),
)
_LAID_OUT = {name for section in LAYOUT for name in (*section.fields, *OF_WORKFLOW)}


def _others(section: str) -> list[str]:
    """Fields of the table that have no place in the layout yet."""
    among = fields_at(Door.ADMIN, SECTIONS.get(section, ()))
    return [field.name for field in among if field.name not in _LAID_OUT]


def fields_of(section: Section) -> list[str]:
    return [*section.fields, *_others(section.name)]


def _sections(*, read: bool = False) -> list[tuple[Text | None, dict[str, Any]]]:
    """The sections without what runs. To be `read` only, times are shown in the schedule's
    time zone and in UTC."""
    shown = SHOWN_TIMES if read else {}
    return [
        (
            section.title,
            {"fields": [shown.get(name, name) for name in fields_of(section)]},
        )
        for section in LAYOUT
    ]


def sections_to_fill_in(choice: Choice, schedule: ScheduledJob | None) -> Any:
    """The fields of the form, as Django takes them: by these it makes the form."""
    what, *others, payload = _sections()
    what[1]["fields"] += ["call", *fields_of_choice(choice)]
    if schedule is None:  # it may start out paused
        what[1]["fields"] += ["status"]
    payload[1]["fields"] = ["version"]
    return [what, *others, payload, *_of_code(schedule)]


def fields_of_choice(choice: Choice) -> list[str]:
    """The fields of what runs, beside the one in which it is chosen."""
    if not choice.name:
        return [*OF_WORKFLOW]
    if choice.target is None:
        return ["with_arguments"]
    return [*choice.field_names, *(["run_on"] if choice.target.kind == "task" else [])]


def sections_to_read(schedule: ScheduledJob) -> Any:
    """The sections of the page where nothing can be changed."""
    first, *others = _sections(read=True)[:-1]
    if schedule.call:
        others = [*others, (_("What runs"), {"fields": [*SHOWN_CALL]})]
    else:
        first[1]["fields"] += [name for name in OF_WORKFLOW if name in FIELDS]
    return [first, *others, *_of_code(schedule)]


def _of_code(schedule: ScheduledJob | None) -> list[Any]:
    return [KEPT_BY_CODE] if schedule and schedule.key else []
