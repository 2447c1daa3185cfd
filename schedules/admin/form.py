"""The form of a schedule: from what a person typed to `create_schedule`, `update_schedule`."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from typing_extensions import override

from schedules import limits
from schedules.admin.fields import (
    PayloadField,
    TagsField,
    TriggerNodeField,
    WallTimeField,
    ZoneInput,
)
from schedules.admin.verbs import Press
from schedules.models import ScheduledJob, ScheduleType, Status
from schedules.services import create_schedule, name_of_copy, update_schedule
from schedules.services.lifecycle import BEGINS_AS
from schedules.templatetags.schedule_display import local_time
from workflows.forms import ServiceForm
from workflows.models import Workflow, WorkflowNode

WALL_TIMES = ("run_at", "anchor_at", "start_at", "end_at")
# What another zone moves: these are wall times. An anchor is an instant, in phase for ever.
MOVED_BY_ZONE = ("run_at", "start_at", "end_at")
NOT_FIELDS = {"version", "status"}
ANY_TYPE = ("", "as the field that is filled in below")


def _wall_time(help_text: str) -> WallTimeField:
    return WallTimeField(required=False, help_text=help_text)


class ScheduleForm(ServiceForm):
    press: ClassVar[Press]
    # What "Save as new" copies.
    source: ClassVar[ScheduledJob | None] = None

    schedule_type = forms.ChoiceField(
        label="Type", required=False, choices=[ANY_TYPE, *ScheduleType.choices]
    )
    # Of a new schedule only: the buttons change it later.
    status = forms.ChoiceField(
        required=False,
        choices=[(status.value, status.label) for status in BEGINS_AS],
        initial=Status.ACTIVE,
        help_text="A paused one runs once it is resumed.",
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=64,
        widget=ZoneInput,
        help_text="An IANA name such as Europe/Berlin. All times of this form are read on "
        "its clock; left empty, the site's own.",
    )
    run_at = _wall_time("For one run only: when.")
    anchor_at = _wall_time(
        "For an interval: the ticks are this time and every so many seconds after it. "
        "Left empty: the start, or the creation."
    )
    start_at = _wall_time("No tick before this.")
    end_at = _wall_time("No tick after this; one at this very second still fires.")
    trigger_node = TriggerNodeField(
        queryset=WorkflowNode.objects.none(),
        required=False,
        help_text="The trigger node that starts. Left empty: the first that accepts it.",
    )
    trigger_payload = PayloadField(
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
        help_text="A JSON object, handed to the workflow as trigger.payload.",
    )
    tags = TagsField(required=False, help_text="Words, with commas between them.")
    # What the page showed: a change that somebody else made meanwhile is not overwritten.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ScheduledJob
        fields = (
            "name",
            "description",
            "workflow",
            "trigger_node",
            "trigger_payload",
            "tags",
            "schedule_type",
            "cron_expression",
            "timezone",
            "interval_seconds",
            "anchor_at",
            "run_at",
            "start_at",
            "end_at",
            "jitter_seconds",
            "overlap_policy",
            "max_open_runs",
            "catchup_policy",
            "catchup_window_seconds",
            "max_runs",
            "timeout_seconds",
            "max_retries",
            "retry_backoff_seconds",
            "pause_after_failures",
        )
        labels: ClassVar[dict[str, str]] = {
            "cron_expression": "Cron expression",
            "interval_seconds": "Interval, in seconds",
            "jitter_seconds": "Jitter, in seconds",
            "overlap_policy": "When runs overlap",
            "max_open_runs": "Open at most, with “allow”",
            "catchup_policy": "Of late ticks, run",
            "catchup_window_seconds": "Late by at most, in seconds",
            "max_runs": "Ends after so many runs",
            "timeout_seconds": "Time-out, in seconds",
            "max_retries": "Retries",
            "retry_backoff_seconds": "Wait before a retry, in seconds",
            "pause_after_failures": "Pause after failures",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "cron_expression": "Five fields: minute, hour, day, month, weekday. “0 9 * * "
            "mon-fri” is at nine on weekdays; also names, lists, ranges, */n, L, LW, 15W, 5#2 "
            "and @daily.",
            "interval_seconds": "Elapsed time: clock changes do not touch it. For “daily at "
            "nine” use a cron expression.",
            "jitter_seconds": "A fixed random delay of each tick, smaller than this.",
            "overlap_policy": "When a tick comes while an earlier run is still open: skip "
            "it, queue one, allow both, or replace the earlier run.",
            "max_open_runs": "With “allow” so many runs may be open at once: in the queue, "
            "running, or waiting for a retry. A tick beyond that is skipped. 0: no limit.",
            "catchup_policy": "Of the ticks that came too late (an outage): run the latest, "
            "all (at most 100), or none. With “all” the ticks that come meanwhile take "
            "their turn behind them, unless overlap is “allow”.",
            "catchup_window_seconds": "A tick later than this is missed in any case.",
            "max_runs": "The schedule ends after so many fired ticks. Empty: no limit.",
            "timeout_seconds": "A run that takes longer is ended and has failed.",
            "max_retries": "How often a failed run is tried again.",
            "retry_backoff_seconds": "The wait before the first retry; it doubles each time, "
            "up to an hour.",
            "pause_after_failures": "Pause after so many failed runs in a row. 0: never.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in WALL_TIMES:
            if instant := getattr(self.instance, name):
                self.initial[name] = local_time(instant, self.instance.timezone)
        for name, (low, high) in limits.NUMBERS.items():
            if field := self.fields.get(name):
                field.widget.attrs |= {"min": low, "max": high}
        self._offer_workflows()

    def _offer_workflows(self) -> None:
        """Those that the person may run, and the one that the schedule has."""
        user, has = self.press.actor.user, self.instance.workflow_id
        assert user is not None
        offered = Workflow.objects.runnable_by(user) | Workflow.objects.filter(pk=has)
        triggers = WorkflowNode.objects.filter(
            component_type="trigger_schedule", workflow__in=offered
        )
        for name, choices in (
            ("workflow", offered),
            ("trigger_node", triggers.select_related("workflow")),
        ):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = choices

    @override
    def save_by_service(self) -> ScheduledJob:
        actor, now = self.press.actor, self.press.now
        if self.instance._state.adding:
            status = self.cleaned_data.get("status") or self._status_of_copy()
            return create_schedule(self._filled(), actor=actor, now=now, status=status)
        return update_schedule(
            self.instance.pk,
            self._changed(),
            actor=actor,
            now=now,
            version=self.cleaned_data.get("version"),
        )

    def _filled(self) -> dict[str, Any]:
        """What was left empty keeps the default that the service has for it."""
        values = self.cleaned_data.items()
        return {
            name: value
            for name, value in values
            if name not in NOT_FIELDS and value not in (None, "")
        }

    def _status_of_copy(self) -> Status:
        """A copy of what does not run does not run by surprise."""
        source = self.source
        is_paused = source is not None and source.status == Status.PAUSED
        return Status.PAUSED if is_paused else Status.ACTIVE

    def clean_name(self) -> str:
        """A copy takes a name of its own, unless the person has given it one."""
        name: str = self.cleaned_data["name"]
        user = self.press.actor.user
        if self.source is None or user is None or name != self.source.name:
            return name
        return name_of_copy(self.source, owner=user)

    def _changed(self) -> dict[str, Any]:
        """What was not touched is not sent: a wall time that comes twice a year would
        come back as the first of the two."""
        names = {*self.changed_data, "schedule_type"} - NOT_FIELDS
        if "timezone" in names:
            names |= {*MOVED_BY_ZONE}
        return {name: self.cleaned_data[name] for name in names if name in self.fields}

    def clean_trigger_payload(self) -> Any:
        """Emptied, it is an empty object."""
        payload = self.cleaned_data["trigger_payload"]
        return {} if payload is None else payload
