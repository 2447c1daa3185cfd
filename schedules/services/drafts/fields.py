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
from functools import partial
from typing import Any, cast

from django.db.models import DateTimeField, Field, ForeignKey, IntegerField, JSONField

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


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """One field. `label` and `help` are the same at every door; `notes` is what one door
    adds to the help, and `without` names the doors that lack the field, with the reason.
    """

    name: str = field(kw_only=False)
    help: str = field(kw_only=False)
    label: str = ""  # if that is not its name
    argument: str = ""  # its name for the tools, if that is another
    bounds: tuple[int, int] | None = None  # smallest and greatest, both allowed
    required: bool = False  # there is no schedule without it
    implied: bool = False  # left empty, it follows from the others or from the site
    of_ticks: bool = False  # has no meaning where there are no ticks (type manual)
    notes: Mapping[Door, str] = field(default_factory=dict)
    without: Mapping[Door, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        label = self.name.replace("_", " ").capitalize()
        object.__setattr__(self, "label", self.label or label)
        object.__setattr__(self, "argument", self.argument or self.name)

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

    def help_at(self, door: Door) -> str:
        return " ".join(filter(None, (self.help, self.notes.get(door))))


# Fine-tuning.
_tuning = partial(
    FieldSpec, without={Door.TOOLS: "It is for people: a model needs few arguments."}
)
_WHAT = (
    FieldSpec(
        "name",
        "What people know the schedule by: one line, without markup.",
        required=True,
    ),
    FieldSpec("description", "What the schedule is for."),
    FieldSpec(
        "workflow",
        "The workflow that runs.",
        required=True,
        notes={Door.TOOLS: "Its id or its exact name, as schedule_list gives them."},
    ),
    _tuning(
        "trigger_node",
        "The trigger node that starts. Without one: the first that accepts the schedule.",
    ),
    _tuning(
        "tags",
        "Words to find the schedule by.",
        notes={Door.ADMIN: "Separate them with commas."},
    ),
)
# Another value of one of these begins a new epoch.
_WHEN = (
    FieldSpec(
        "schedule_type",
        "Implied by the field that says when. Manual: no times at all; the schedule runs "
        "only when somebody asks for a run.",
        label="Type",
        implied=True,
    ),
    FieldSpec(
        "cron_expression",
        "Times on the clock, read in the time zone. Five fields: minute, hour, day, month, "
        "weekday. “0 9 * * mon-fri” is at nine on weekdays; also names, lists, ranges, "
        "*/n, L, LW, 15W, 5#2 and @hourly, @daily, @weekly, @monthly.",
        implied=True,
    ),
    FieldSpec(
        "interval_seconds",
        "Elapsed time: clock changes do not touch it. For “daily at nine” use a cron "
        "expression.",
        label="Interval, in seconds",
        bounds=limits.INTERVAL_SECONDS,
    ),
    FieldSpec("run_at", "For one run only: when."),
    FieldSpec(
        "timezone",
        "An IANA name such as Europe/Berlin. Times without an offset are read on its "
        "clock.",
        label="Time zone",
        implied=True,
        notes={
            **dict.fromkeys((Door.REST_IN, Door.ADMIN), "Without one: the site's own."),
            Door.TOOLS: "Without one: the user's own.",
        },
    ),
    _tuning(
        "anchor_at",
        "For an interval: the ticks are this time and every so many seconds after it. "
        "Without one: the start, or the creation.",
    ),
    FieldSpec("start_at", "No tick before this.", of_ticks=True),
    FieldSpec(
        "end_at",
        "No tick after this; one at this very second still fires.",
        of_ticks=True,
        notes={Door.TOOLS: "Without one: the latest that is allowed."},
    ),
    _tuning(
        "jitter_seconds",
        "A fixed random delay of each tick, smaller than this.",
        label="Jitter, in seconds",
        bounds=(0, limits.DAY),
        of_ticks=True,
    ),
)
_OVERLAP = (
    FieldSpec(
        "overlap_policy",
        "When a tick comes while an earlier run is still open: skip it, queue one, allow "
        "both, or replace the earlier run.",
        label="When runs overlap",
    ),
    _tuning(
        "max_open_runs",
        "With “allow” so many runs may be open at once: in the queue, running, or waiting "
        "for a retry. A tick beyond that is skipped. 0: no limit.",
        label="Open at most, with “allow”",
        bounds=(0, limits.MOST_OPEN_RUNS),
    ),
    _tuning(
        "catchup_policy",
        "Of the ticks that came too late (an outage): run the latest, all (at most 100), "
        "or none. With “all” the ticks that come meanwhile take their turn behind them, "
        "unless overlap is “allow”.",
        label="Of late ticks, run",
    ),
    _tuning(
        "catchup_window_seconds",
        "A tick later than this is missed in any case.",
        label="Late by at most, in seconds",
        bounds=(0, limits.TEN_YEARS),
    ),
    FieldSpec(
        "max_runs",
        "The schedule ends after so many fired ticks. Without one: no limit.",
        label="Ends after so many runs",
        bounds=(1, 1_000_000_000),
        of_ticks=True,
    ),
)
_FAILURES = (
    _tuning(
        "timeout_seconds",
        "A run that takes longer is ended and has failed.",
        label="Time-out, in seconds",
        bounds=(1, 7 * limits.DAY),
    ),
    _tuning(
        "max_retries",
        "How often a failed run is tried again.",
        label="Retries",
        bounds=(0, 100),
    ),
    _tuning(
        "retry_backoff_seconds",
        "The wait before the first retry; it doubles each time, up to an hour.",
        label="Wait before a retry, in seconds",
        bounds=(0, 3_600),
    ),
    _tuning(
        "pause_after_failures",
        "Pause after so many failed runs in a row. 0: never.",
        bounds=(0, 1_000),
    ),
)
_PAYLOAD = (
    FieldSpec(
        "trigger_payload",
        "A JSON object, handed to the workflow as trigger.payload.",
        label="Payload",
        argument="payload",
    ),
)
# As the page of a schedule groups them: title, fields, and what is said of them together.
SECTIONS: tuple[tuple[str, tuple[FieldSpec, ...], str], ...] = (
    ("", _WHAT, ""),
    (
        "When",
        _WHEN,
        "Give exactly one of a cron expression, an interval and a time for one run; or "
        "choose the type Manual, for a schedule that runs only when somebody asks for it.",
    ),
    ("Late and overlapping runs", _OVERLAP, ""),
    ("Failures", _FAILURES, ""),
    ("Payload", _PAYLOAD, ""),
)
FIELDS = {each.name: each for _, section, _ in SECTIONS for each in section}
TIMING_FIELDS = tuple(each.name for each in _WHEN)
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
