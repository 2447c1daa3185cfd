"""The fields of a schedule that people may set: the one table that every door reads.

The column of the model says type, null, default, choices and length; the table says the
rest. A field that is added here is taken, shown, checked, recorded and explained by the
API, the admin and the tools without a further word, unless it names the door it is kept
from, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from django.db.models import (
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
)

from schedules import limits
from schedules.models import ScheduledJob, ScheduleType
from workflows.models import Workflow


class Door(Enum):
    """Where people, programs and agents meet a field."""

    REST_IN = "what the API takes"
    REST_OUT = "what the API answers"
    ADMIN = "the form in the admin"
    TOOLS = "the arguments of the tools"
    HISTORY = "snapshots and events"


class Kind(Enum):
    TEXT = "text"
    TIME = "date and time"
    NUMBER = "whole number"
    CHOICE = "choice"
    WORKFLOW = "workflow"
    NODE = "node"
    OBJECT = "JSON object"
    WORDS = "list of words"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field. `label` and `help` are the same at every door; `notes` is what one door
    adds to the help, and `without` names the doors that lack the field, with the reason.
    """

    name: str
    label: str
    help: str
    bounds: tuple[int, int] | None = None  # smallest and greatest, both allowed
    required: bool = False  # there is no schedule without it
    implied: bool = False  # left empty, it follows from the others or from the site
    affects_timing: bool = False  # another value begins a new epoch
    of_ticks: bool = False  # has no meaning where there are no ticks (type manual)
    as_argument: str = ""  # its name for the tools, if that is another
    notes: Mapping[Door, str] = field(default_factory=dict)
    without: Mapping[Door, str] = field(default_factory=dict)

    @property
    def column(self) -> Field[Any, Any]:
        return cast("Field[Any, Any]", ScheduledJob._meta.get_field(self.name))

    @property
    def kind(self) -> Kind:
        match self.column:
            case ForeignKey(related_model=model):
                return Kind.WORKFLOW if model is Workflow else Kind.NODE
            case JSONField(default=default):
                return Kind.WORDS if default is list else Kind.OBJECT
            case DateTimeField():
                return Kind.TIME
            case IntegerField():
                return Kind.NUMBER
        return Kind.CHOICE if self.column.choices else Kind.TEXT

    @property
    def choices(self) -> list[str]:
        return [value for value, _ in self.column.flatchoices]

    @property
    def is_one_line(self) -> bool:
        return not isinstance(self.column, TextField)

    @property
    def argument(self) -> str:
        return self.as_argument or self.name

    def help_at(self, door: Door) -> str:
        return " ".join(filter(None, (self.help, self.notes.get(door))))


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that a person sets together."""

    title: str
    fields: tuple[FieldSpec, ...]
    description: str = ""


_FINE = {Door.TOOLS: "Fine-tuning is for people: a model needs few arguments."}

SECTIONS = (
    Section(
        "",
        (
            FieldSpec(
                "name",
                "Name",
                "What people know the schedule by: one line, without markup.",
                required=True,
            ),
            FieldSpec("description", "Description", "What the schedule is for."),
            FieldSpec(
                "workflow",
                "Workflow",
                "The workflow that runs.",
                required=True,
                notes={
                    Door.TOOLS: "Its id or its exact name, as schedule_list gives them."
                },
            ),
            FieldSpec(
                "trigger_node",
                "Trigger node",
                "The trigger node that starts. Without one: the first that accepts the "
                "schedule.",
                without=_FINE,
            ),
            FieldSpec(
                "tags",
                "Tags",
                "Words to find the schedule by.",
                notes={Door.ADMIN: "Separate them with commas."},
                without=_FINE,
            ),
        ),
    ),
    Section(
        "When",
        (
            FieldSpec(
                "schedule_type",
                "Type",
                "Implied by the field that says when. Manual: no times at all; the "
                "schedule runs only when somebody asks for a run.",
                implied=True,
                affects_timing=True,
            ),
            FieldSpec(
                "cron_expression",
                "Cron expression",
                "Times on the clock, read in the time zone. Five fields: minute, hour, "
                "day, month, weekday. “0 9 * * mon-fri” is at nine on weekdays; also "
                "names, lists, ranges, */n, L, LW, 15W, 5#2 and @hourly, @daily, @weekly, "
                "@monthly.",
                implied=True,
                affects_timing=True,
            ),
            FieldSpec(
                "interval_seconds",
                "Interval, in seconds",
                "Elapsed time: clock changes do not touch it. For “daily at nine” use a "
                "cron expression.",
                bounds=limits.INTERVAL_SECONDS,
                affects_timing=True,
            ),
            FieldSpec(
                "run_at", "Run at", "For one run only: when.", affects_timing=True
            ),
            FieldSpec(
                "timezone",
                "Time zone",
                "An IANA name such as Europe/Berlin. Times without an offset are read on "
                "its clock.",
                implied=True,
                affects_timing=True,
                notes={
                    Door.REST_IN: "Left out: the site's own.",
                    Door.ADMIN: "Left empty: the site's own.",
                    Door.TOOLS: "Left out: the user's own.",
                },
            ),
            FieldSpec(
                "anchor_at",
                "Anchor at",
                "For an interval: the ticks are this time and every so many seconds "
                "after it. Without one: the start, or the creation.",
                affects_timing=True,
                without=_FINE,
            ),
            FieldSpec(
                "start_at",
                "Start at",
                "No tick before this.",
                affects_timing=True,
                of_ticks=True,
            ),
            FieldSpec(
                "end_at",
                "End at",
                "No tick after this; one at this very second still fires.",
                affects_timing=True,
                of_ticks=True,
                notes={Door.TOOLS: "Left out: the latest that is allowed."},
            ),
            FieldSpec(
                "jitter_seconds",
                "Jitter, in seconds",
                "A fixed random delay of each tick, smaller than this.",
                bounds=(0, limits.DAY),
                affects_timing=True,
                of_ticks=True,
                without=_FINE,
            ),
        ),
        "Give exactly one of a cron expression, an interval and a time for one run; or "
        "choose the type Manual, for a schedule that runs only when somebody asks for it.",
    ),
    Section(
        "Late and overlapping runs",
        (
            FieldSpec(
                "overlap_policy",
                "When runs overlap",
                "When a tick comes while an earlier run is still open: skip it, queue "
                "one, allow both, or replace the earlier run.",
            ),
            FieldSpec(
                "max_open_runs",
                "Open at most, with “allow”",
                "With “allow” so many runs may be open at once: in the queue, running, "
                "or waiting for a retry. A tick beyond that is skipped. 0: no limit.",
                bounds=(0, limits.MOST_OPEN_RUNS),
                without=_FINE,
            ),
            FieldSpec(
                "catchup_policy",
                "Of late ticks, run",
                "Of the ticks that came too late (an outage): run the latest, all (at "
                "most 100), or none. With “all” the ticks that come meanwhile take their "
                "turn behind them, unless overlap is “allow”.",
                without=_FINE,
            ),
            FieldSpec(
                "catchup_window_seconds",
                "Late by at most, in seconds",
                "A tick later than this is missed in any case.",
                bounds=(0, limits.TEN_YEARS),
                without=_FINE,
            ),
            FieldSpec(
                "max_runs",
                "Ends after so many runs",
                "The schedule ends after so many fired ticks. Without one: no limit.",
                bounds=(1, 1_000_000_000),
                of_ticks=True,
            ),
        ),
    ),
    Section(
        "Failures",
        (
            FieldSpec(
                "timeout_seconds",
                "Time-out, in seconds",
                "A run that takes longer is ended and has failed.",
                bounds=(1, 7 * limits.DAY),
                without=_FINE,
            ),
            FieldSpec(
                "max_retries",
                "Retries",
                "How often a failed run is tried again.",
                bounds=(0, 100),
                without=_FINE,
            ),
            FieldSpec(
                "retry_backoff_seconds",
                "Wait before a retry, in seconds",
                "The wait before the first retry; it doubles each time, up to an hour.",
                bounds=(0, 3_600),
                without=_FINE,
            ),
            FieldSpec(
                "pause_after_failures",
                "Pause after failures",
                "Pause after so many failed runs in a row. 0: never.",
                bounds=(0, 1_000),
                without=_FINE,
            ),
        ),
    ),
    Section(
        "Payload",
        (
            FieldSpec(
                "trigger_payload",
                "Payload",
                "A JSON object, handed to the workflow as trigger.payload.",
                as_argument="payload",
            ),
        ),
    ),
)
FIELDS = {each.name: each for section in SECTIONS for each in section.fields}
TIMING_FIELDS = tuple(name for name, each in FIELDS.items() if each.affects_timing)
# The field that says when, for each type that has ticks; giving one implies the type.
WHEN_FIELD = {
    ScheduleType.CRON: "cron_expression",
    ScheduleType.INTERVAL: "interval_seconds",
    ScheduleType.ONCE: "run_at",
}


def fields_at(
    door: Door, among: Iterable[FieldSpec] = FIELDS.values()
) -> list[FieldSpec]:
    """Those that the door has."""
    return [each for each in among if door not in each.without]
