"""The fields of a schedule that people may set: the one table that every door reads.

Type, null, default, choices and length come from the model's column, the rest from this
table. The API, the admin and the tools accept, show, validate, record and document each
field of the table, unless it names a door that lacks it, and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, partial
from typing import Any, cast

from django.db.models import DateTimeField, Field, ForeignKey, IntegerField, JSONField

from schedules import limits
from schedules.models import ScheduledJob, ScheduleType
from workflows.models import Workflow


class Door(Enum):
    """Where people, programs and agents meet a field."""

    REST_IN = "requests of the API"
    REST_OUT = "responses of the API"
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
    """One field. `label` and `help` are the same at every door. `notes` adds to the help at
    single doors; `without` names the doors that lack the field, with the reason.
    """

    name: str = field(kw_only=False)
    help: str = field(kw_only=False)
    label: str = ""  # by default derived from the name
    argument: str = ""  # its name as an argument of tools, by default the same
    bounds: tuple[int, int] | None = None  # smallest and largest valid value
    required: bool = False  # every schedule has one
    implied: bool = False  # if empty, derived from other fields or from the site
    of_ticks: bool = False  # meaningless without ticks (type manual)
    notes: Mapping[Door, str] = field(default_factory=dict)
    without: Mapping[Door, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        label = self.name.replace("_", " ").capitalize()
        object.__setattr__(self, "label", self.label or label)
        object.__setattr__(self, "argument", self.argument or self.name)

    @cached_property
    def column(self) -> Field[Any, Any]:
        return cast("Field[Any, Any]", ScheduledJob._meta.get_field(self.name))

    @cached_property
    def attname(self) -> str:
        """The attribute of a schedule that holds the value, of a reference its id."""
        return self.column.attname

    @cached_property
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

    @cached_property
    def choices(self) -> list[str]:
        return [value for value, _ in self.column.flatchoices]

    def help_at(self, door: Door) -> str:
        return " ".join(filter(None, (self.help, self.notes.get(door))))


# Fields for fine-tuning.
_tuning = partial(
    FieldSpec,
    without={Door.TOOLS: "For people only: a model does better with few arguments."},
)
_WHAT = (
    FieldSpec(
        "name",
        "The name that people see. One line of plain text.",
        required=True,
    ),
    FieldSpec("description", "What the schedule is for."),
    FieldSpec(
        "workflow",
        "The workflow to run. A schedule that calls a function has none: give call instead.",
        implied=True,
        notes={Door.TOOLS: "Its id or its exact name, as returned by schedule_list."},
    ),
    _tuning(
        "trigger_node",
        "The trigger node to start from. Default: the first one that accepts the "
        "schedule.",
    ),
    _tuning(
        "tags",
        "Words to find the schedule by.",
        notes={Door.ADMIN: "Separate them with commas."},
    ),
)
# What it calls instead of a workflow. The form in the admin chooses it in another way.
_called = partial(
    FieldSpec, without={Door.ADMIN: "A page of its own chooses what a schedule calls."}
)
_CALL = (
    _called(
        "call",
        "What to call instead of running a workflow: the dotted name of a function or a "
        "task, such as billing.tasks.remind, or the name of a management command.",
    ),
    _called(
        "arguments",
        "The arguments of the call, a JSON object. They are plain data: templates in them "
        "are not rendered.",
    ),
    FieldSpec(
        "run_on",
        "Where a task runs: in a worker of this site, or wherever its own backend runs it. "
        "All else runs in a worker.",
        without={
            Door.ADMIN: "A page of its own chooses what a schedule calls.",
            Door.TOOLS: "For people only: a model does better with few arguments.",
        },
    ),
)
# A change of one of these begins a new epoch.
_WHEN = (
    FieldSpec(
        "schedule_type",
        "Follows from the timing field that is set. “manual”: the schedule has no times "
        "and runs only on request.",
        label="Type",
        implied=True,
    ),
    FieldSpec(
        "cron_expression",
        "Clock times, read in the time zone. Five fields: minute, hour, day of month, "
        "month, day of week. “0 9 * * mon-fri” means 09:00 on weekdays. Names, lists, "
        "ranges, */n, L, LW, 15W, 5#2 and @hourly, @daily, @weekly, @monthly are also "
        "accepted.",
        implied=True,
    ),
    FieldSpec(
        "interval_seconds",
        "Elapsed time between two runs, in seconds. Clock changes do not affect it; for "
        "“daily at 09:00” use a cron expression.",
        label="Interval (seconds)",
        bounds=limits.INTERVAL_SECONDS,
    ),
    FieldSpec("run_at", "The time of the run, for a schedule that runs only once."),
    FieldSpec(
        "timezone",
        "An IANA time zone such as Europe/Berlin. It applies to all times that are given "
        "without an offset.",
        label="Time zone",
        implied=True,
        notes={
            **dict.fromkeys(
                (Door.REST_IN, Door.ADMIN), "Default: the site's time zone."
            ),
            Door.TOOLS: "Default: the user's time zone.",
        },
    ),
    _tuning(
        "anchor_at",
        "For an interval: one tick is at this time, the others are whole intervals after "
        "it. Default: the start, or else the time of creation.",
        label="Anchor",
    ),
    FieldSpec(
        "start_at", "No run is due before this time.", label="Start", of_ticks=True
    ),
    FieldSpec(
        "end_at",
        "No run is due after this time; one at exactly this time still is.",
        label="End",
        of_ticks=True,
        notes={Door.TOOLS: "Default: the latest end allowed."},
    ),
    _tuning(
        "jitter_seconds",
        "Each tick is delayed by a random time shorter than this, in seconds. The delay "
        "of a tick never changes.",
        label="Jitter (seconds)",
        bounds=(0, limits.DAY),
        of_ticks=True,
    ),
)
_OVERLAP = (
    FieldSpec(
        "overlap_policy",
        "What to do with a run that is due while an earlier one is still open: skip it, "
        "queue it (one at most), allow both, or replace the earlier one.",
    ),
    _tuning(
        "max_open_runs",
        "With overlap policy “allow”: how many runs may be open at once, that is in the "
        "queue, running, or waiting for a retry. Further ticks are skipped. 0: no limit.",
        label="Maximum open runs",
        bounds=(0, limits.MOST_OPEN_RUNS),
    ),
    _tuning(
        "catchup_policy",
        "Which of the ticks that were found late, such as after an outage, to run: the "
        "latest, all (100 at most), or none. With “all”, newer ticks run after them in "
        "order, unless the overlap policy is “allow”.",
        label="Catch-up policy",
    ),
    _tuning(
        "catchup_window_seconds",
        "A tick that is later than this, in seconds, is always recorded as missed.",
        label="Catch-up window (seconds)",
        bounds=(0, limits.TEN_YEARS),
    ),
    FieldSpec(
        "max_runs",
        "The schedule ends after this many runs. Default: no limit.",
        label="Maximum runs",
        bounds=(1, 1_000_000_000),
        of_ticks=True,
    ),
)
_FAILURES = (
    _tuning(
        "timeout_seconds",
        "A run that takes longer than this, in seconds, is stopped and has failed.",
        label="Timeout (seconds)",
        bounds=(1, 7 * limits.DAY),
    ),
    _tuning(
        "max_retries",
        "How many times to retry a failed run.",
        label="Maximum retries",
        bounds=(0, 100),
    ),
    _tuning(
        "retry_backoff_seconds",
        "The delay before the first retry, in seconds. It doubles with each retry, up to "
        "1 hour.",
        label="Retry delay (seconds)",
        bounds=(0, 3_600),
    ),
    _tuning(
        "pause_after_failures",
        "Pause the schedule after this many failed runs in a row. 0: never.",
        bounds=(0, 1_000),
    ),
)
_PAYLOAD = (
    FieldSpec(
        "trigger_payload",
        "A JSON object. The workflow receives it as trigger.payload.",
        label="Payload",
        argument="payload",
    ),
)
# By what they are about, in the order in which every door shows them.
SECTIONS: dict[str, tuple[FieldSpec, ...]] = {
    "what": _WHAT,
    "call": _CALL,
    "when": _WHEN,
    "late": _OVERLAP,
    "failures": _FAILURES,
    "payload": _PAYLOAD,
}
FIELDS = {each.name: each for section in SECTIONS.values() for each in section}
TIMING_FIELDS = tuple(each.name for each in _WHEN)
# The field that defines the ticks, for each type that has any. It implies the type.
WHEN_FIELD = {
    ScheduleType.CRON: "cron_expression",
    ScheduleType.INTERVAL: "interval_seconds",
    ScheduleType.ONCE: "run_at",
}


def fields_at(
    door: Door, among: Iterable[FieldSpec] = FIELDS.values()
) -> list[FieldSpec]:
    """The fields that the door has."""
    return [each for each in among if door not in each.without]
