"""Request and response bodies. Requests are checked for JSON types only; the rules are in
`schedules.services`."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC
from typing import Any, get_args
from uuid import UUID

from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from schedules import limits, timing
from schedules.api.request_fields import (
    AwareInstantField,
    TextField,
    WholeNumberField,
    choice_field,
    request_field,
)
from schedules.models import (
    CatchupPolicy,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.policy.types import OverlapRule
from schedules.services.create import BEGINS_AS
from schedules.services.drafts.calls import mismatch
from schedules.services.drafts.fields import (
    FIELDS,
    Door,
    FieldSpec,
    Kind,
    fields_at,
)
from schedules.services.insight.sentences import timing_text
from workflows.api.serializers import failure_kind_field
from workflows.kit.api import strict
from workflows.kit.api.serializers import DateTimeField, ModelSerializer
from workflows.kit.api.strict import JSONObjectField, StrictSerializer

TAKEN = {field.name: request_field(field) for field in fields_at(Door.REST_IN)}


class ScheduleFields(StrictSerializer):
    """The fields that can be set, as `services.create_schedule` takes them."""

    @override
    def get_fields(self) -> dict[str, Any]:
        return deepcopy(TAKEN) | super().get_fields()


class NewSchedule(ScheduleFields):
    """`status`: `paused` creates a schedule that does not run until it is resumed.
    `idempotency_key`: a retry with the same key returns the same schedule."""

    status = serializers.ChoiceField(
        choices=[(status.value, status.label) for status in BEGINS_AS],
        error_messages=strict.one_of(BEGINS_AS),
        required=False,
    )
    idempotency_key = TextField(
        most=limits.IDEMPOTENCY_KEY_LENGTH, required=False, allow_null=True
    )


class ScheduleChange(ScheduleFields):
    """`version`: the version that was read. The change is refused if there is a newer one."""

    version = WholeNumberField(required=False)


class Pause(StrictSerializer):
    note = TextField(most=limits.NOTE_LENGTH, required=False)


class Resume(StrictSerializer):
    note = TextField(most=limits.NOTE_LENGTH, required=False)
    catch_up = choice_field(CatchupPolicy, required=False)


class Decide(StrictSerializer):
    """`note`: why; the agent whose proposal is declined is told."""

    note = TextField(most=limits.NOTE_LENGTH, required=False)


class RunNow(StrictSerializer):
    """`request_id`: a retry with the same id returns the same run."""

    note = TextField(most=limits.NOTE_LENGTH, required=False)
    request_id = TextField(
        most=limits.REQUEST_ID_LENGTH, required=False, allow_null=True
    )


class Backfill(StrictSerializer):
    """`from` and `to`: the range of nominal times, both inclusive."""

    note = TextField(most=limits.NOTE_LENGTH, required=False)

    @override
    def get_fields(self) -> dict[str, Any]:
        # `from` cannot be declared: it is a keyword of Python.
        times = {"from": AwareInstantField(), "to": AwareInstantField()}
        return times | super().get_fields()


class BackfillSerializer(serializers.Serializer[Any]):
    """How many runs were created, and for which ticks."""

    runs = serializers.IntegerField()
    ticks = serializers.ListField(child=DateTimeField())


class LastRunSerializer(serializers.Serializer[ScheduledJob]):
    status = serializers.ChoiceField(
        choices=RunStatus.choices, source="last_run_status"
    )
    scheduled_for = DateTimeField(source="last_run_scheduled_for")
    finished_at = DateTimeField(source="last_run_finished_at", allow_null=True)


SHOWN = fields_at(Door.REST_OUT)


def _shown(field: FieldSpec) -> dict[str, Any]:
    options: dict[str, Any] = {"help_text": field.help_at(Door.REST_OUT)}
    if field.kind is Kind.TIME:
        # In UTC: in other zones the first and last day of the calendar cannot be represented.
        options["default_timezone"] = UTC
    return options


class ScheduleSerializer(ModelSerializer[ScheduledJob]):
    """A schedule and its state."""

    # Rows must have been read `with_last_run`, and be given their `start_node`.

    workflow = serializers.SerializerMethodField(help_text=FIELDS["workflow"].help)
    trigger_payload = JSONObjectField(
        read_only=True, help_text=FIELDS["trigger_payload"].help
    )
    arguments = JSONObjectField(read_only=True, help_text=FIELDS["arguments"].help)
    call_problem = serializers.SerializerMethodField(
        help_text="Why the call does not fit the code of the site: what it calls is gone, or "
        "no longer takes these arguments. Empty if it fits, and without a call."
    )
    tags = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text=FIELDS["tags"].help
    )
    start_node = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="The `node_id` of the trigger at which it starts; null if none accepts it, "
        "and for a schedule that calls.",
    )
    object = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="The object that it is for, as `app.model:key`; null if it is for none.",
    )
    timing_text = serializers.SerializerMethodField(help_text="The timing in English.")
    last_run = serializers.SerializerMethodField(
        help_text="The newest run; null if there is none."
    )

    class Meta:
        model = ScheduledJob
        fields = (
            "id",
            *(field.name for field in SHOWN),
            "key",
            "object",
            "when_object_gone",
            "call_problem",
            "start_node",
            "timing_text",
            "status",
            "reason_code",
            "status_reason",
            "awaits_approval",
            "rq_job_id",
            "next_run_at",
            "next_tick_at",
            "last_run_at",
            "last_run",
            "run_count",
            "fired_count",
            "error_count",
            "consecutive_failures",
            "last_error",
            "version",
            "owner",
            "created_by",
            "created_by_kind",
            "created_by_execution",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields
        extra_kwargs = {field.name: _shown(field) for field in SHOWN} | {
            "key": {"help_text": "The key under which application code keeps it."},
            "when_object_gone": {"help_text": "What it does once its object is gone."},
        }

    def get_workflow(self, schedule: ScheduledJob) -> UUID | None:
        """Null for a schedule that calls: its workflow is none that people have made."""
        return None if schedule.call else schedule.workflow_id

    def get_call_problem(self, schedule: ScheduledJob) -> str:
        return mismatch(schedule)

    def get_timing_text(self, schedule: ScheduledJob) -> str:
        try:
            return timing_text(schedule.timing, schedule.timezone)
        except timing.TimingError as error:  # its time zone has left tzdata
            return str(error)

    @extend_schema_field(LastRunSerializer(allow_null=True))
    def get_last_run(self, schedule: Any) -> dict[str, Any] | None:
        if not schedule.last_run_status:
            return None
        return self._last_run.to_representation(schedule)

    @cached_property
    def _last_run(self) -> LastRunSerializer:
        """One for all rows of a list: creating it takes longer than using it."""
        return LastRunSerializer()


class ResumedSerializer(ScheduleSerializer):
    """The schedule, and how many ticks passed during the pause and were caught up."""

    ticks_passed = serializers.IntegerField(read_only=True)
    ticks_caught_up = serializers.IntegerField(read_only=True)

    class Meta:
        model = ScheduledJob
        fields = (*ScheduleSerializer.Meta.fields, "ticks_passed", "ticks_caught_up")
        read_only_fields = fields


class OverlapSerializer(serializers.Serializer[Any]):
    """How many runs were open when a tick was skipped, and which rule skipped it."""

    rule = serializers.ChoiceField(
        choices=get_args(OverlapRule),
        help_text="policy: the overlap_policy allows no further run; max_waiting: the maximum number "
        "of ticks was waiting; max_open_runs: the maximum number of runs was open.",
    )
    running = serializers.IntegerField()
    pending = serializers.IntegerField(
        help_text="Runs in the queue that had not started."
    )
    retrying = serializers.IntegerField(
        help_text="Runs that were waiting for their next attempt."
    )
    waiting = serializers.IntegerField(
        help_text="Runs that were waiting behind an open one."
    )


class RunSerializer(ModelSerializer[ScheduledRun]):
    """A run: one row of the ledger, without the token and lease of its worker."""

    overlap = OverlapSerializer(
        read_only=True,
        allow_null=True,
        help_text="For a tick that was skipped because of overlap; otherwise null.",
    )
    failure_kind = failure_kind_field(
        "Why the last attempt failed; empty unless the run has failed or is being retried."
    )

    class Meta:
        model = ScheduledRun
        fields = (
            "id",
            "schedule",
            "schedule_name",
            "origin",
            "status",
            "reason",
            "overlap",
            "failure_kind",
            "attempt",
            "scheduled_for",
            "range_end",
            "tick_count",
            "due_at",
            "not_before",
            "enqueued_at",
            "started_at",
            "deadline_at",
            "finished_at",
            "cancel_requested_at",
            "error",
            "execution",
            "request_id",
            "created_at",
        )
        read_only_fields = fields


class EventSerializer(ModelSerializer[ScheduleEvent]):
    """One action on a schedule: who did it, when, why, and what it changed."""

    class Meta:
        model = ScheduleEvent
        fields = (
            "id",
            "schedule",
            "schedule_name",
            "verb",
            "actor_kind",
            "actor",
            "actor_name",
            "execution_id",
            "reason_code",
            "note",
            "before",
            "after",
            "created_at",
        )
        read_only_fields = fields
