"""What the admin calls the fields of a schedule, and what it says about them.

API and tools have the words of the table of fields, in English. A field without words here
shows those.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schedules.models import CatchupPolicy, OverlapPolicy, ScheduleType
from schedules.services.drafts.fields import FIELDS, Door

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """`unit`: the word after a number that is no duration."""

    label: Text
    help: Text = ""
    is_optional: bool = False
    unit: Text = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as people see it: a title, and what it means in one sentence."""

    title: Text
    sentence: Text = ""
    icon: str = ""


WORDS: dict[str, Words] = {
    "name": Words(_("Name")),
    "description": Words(_("Description"), is_optional=True),
    "workflow": Words(_("Workflow")),
    "trigger_node": Words(
        _("Start at"),
        _("Leave empty to use the first trigger that accepts this schedule."),
        is_optional=True,
    ),
    "tags": Words(_("Tags"), _("Separate tags with commas."), is_optional=True),
    "schedule_type": Words(_("Repeats")),
    "cron_expression": Words(
        _("Cron expression"),
        _(
            "Five fields. Also names, lists, ranges, */n, L (last day), LW (last weekday), "
            "15W (nearest weekday), 5#2 (second Friday) and @daily."
        ),
    ),
    "timezone": Words(
        _("Time zone"), _("All times in this form are in this zone. Defaults to yours.")
    ),
    "interval_seconds": Words(
        _("Every"),
        _(
            "Counts elapsed time, so clock changes do not shift it. For “every day at "
            "9:00” choose a calendar."
        ),
    ),
    "anchor_at": Words(
        _("Counted from"),
        _(
            "Runs happen at this time plus whole intervals. Defaults to the start, or to "
            "now."
        ),
        is_optional=True,
    ),
    "run_at": Words(_("Run at")),
    "start_at": Words(_("Not before"), is_optional=True),
    "end_at": Words(
        _("Not after"),
        _("A run due at exactly this time still happens."),
        is_optional=True,
    ),
    "jitter_seconds": Words(
        _("Random delay, up to"),
        _("Delays each run a little to spread the load."),
        is_optional=True,
    ),
    "max_runs": Words(
        _("Ends after"),
        _("Leave empty for no limit."),
        is_optional=True,
        unit=pgettext_lazy("after a number", "runs"),
    ),
    "overlap_policy": Words(_("If the previous run is still in progress")),
    "max_open_runs": Words(
        _("At most"),
        _("Further runs are skipped. 0 is no limit."),
        unit=_("runs at once"),
    ),
    "catchup_policy": Words(_("If runs were missed")),
    "catchup_window_seconds": Words(
        _("Catch-up window"), _("Runs that are later than this are not made up.")
    ),
    "timeout_seconds": Words(
        _("Time limit"), _("A run that takes longer is stopped and counts as failed.")
    ),
    "max_retries": Words(
        _("Retries"), _("How many times a failed run is tried again.")
    ),
    "retry_backoff_seconds": Words(
        _("First retry after"),
        _("Doubles each time: 30 s, 1 min, 2 min. Never over an hour."),
    ),
    "pause_after_failures": Words(
        _("Pause after failures"), _("0 never pauses."), unit=_("in a row")
    ),
    "trigger_payload": Words(_("Payload")),
}
OPTIONS: dict[str, dict[str, Option]] = {
    "schedule_type": {
        ScheduleType.CRON: Option(_("On a calendar"), icon="calendar-days"),
        ScheduleType.INTERVAL: Option(_("At an interval"), icon="repeat"),
        ScheduleType.ONCE: Option(_("Once"), icon="circle-dot"),
        ScheduleType.MANUAL: Option(_("Only on request"), icon="hand"),
    },
    "overlap_policy": {
        OverlapPolicy.SKIP: Option(
            _("Skip the new run"), _("It is recorded as skipped. Right for most jobs.")
        ),
        OverlapPolicy.QUEUE: Option(
            _("Queue one"),
            _(
                "The new run starts when the previous one ends. Any further ones are "
                "skipped."
            ),
        ),
        OverlapPolicy.ALLOW: Option(
            _("Run both"), _("Runs never wait for each other.")
        ),
        OverlapPolicy.REPLACE: Option(
            _("Replace it"),
            _("The previous run is cancelled, then the new one starts."),
        ),
    },
    "catchup_policy": {
        CatchupPolicy.LATEST: Option(
            _("Run the latest"), _("One run makes up for all of them.")
        ),
        CatchupPolicy.ALL: Option(
            _("Run them all"), _("Oldest first, one at a time, at most 100.")
        ),
        CatchupPolicy.NONE: Option(_("Run none"), _("They are recorded as missed.")),
    },
}


def words_of(name: str) -> Words:
    """The words of a field of the table of fields."""
    if name in WORDS:
        return WORDS[name]
    field = FIELDS[name]
    return Words(field.label, field.help_at(Door.ADMIN))


def label_of(name: str) -> str:
    """What people call the field."""
    return str(words_of(name).label)
