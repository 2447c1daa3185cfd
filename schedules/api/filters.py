"""Filters of the lists of schedules, runs and events."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from typing_extensions import override

from schedules.api.request_fields import instant_in_query
from schedules.limits import KEY_LENGTH, OBJECT_ID_LENGTH, OBJECT_MODEL_LENGTH
from schedules.models import (
    TICK_ORIGINS,
    EventVerb,
    Origin,
    ReasonCode,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    ScheduleQuerySet,
    Status,
)
from workflows.failures import FailureKind
from workflows.kit.api.ordering import ordering_filter
from workflows.kit.api.queries import MOST_TEXT, choice_filter, true_or_false_filter

# An empty value does not filter.
NO_OBJECT = "Write the object as app.model:key, such as billing.invoice:42."
CODES = [choice for choice in ReasonCode.choices if choice[0]]


class _ObjectInput(forms.CharField):
    """`billing.invoice:42`, as its model and its key."""

    @override
    def validate(self, value: str) -> None:
        super().validate(value)
        label, _, key = value.partition(":")
        if value and (label.count(".") != 1 or not key):
            raise forms.ValidationError(NO_OBJECT)


class ObjectFilter(filters.Filter):
    field_class = _ObjectInput


class ScheduleFilter(filters.FilterSet):
    status = choice_filter(Status.choices)
    reason_code = choice_filter(CODES)
    workflow = filters.UUIDFilter(
        field_name="workflow_id", label="The id of the workflow."
    )
    call = filters.CharFilter(
        field_name="call",
        max_length=MOST_TEXT,
        label="The name of the function, task or command that the schedule calls.",
    )
    search = filters.CharFilter(
        method="containing",
        max_length=MOST_TEXT,
        label="Text in the name or the description, case-insensitive.",
    )
    tag = filters.CharFilter(
        field_name="tags",
        lookup_expr="has_tag",
        max_length=MOST_TEXT,
        label="A tag that the schedule has.",
    )
    key = filters.CharFilter(
        max_length=KEY_LENGTH,
        label="The key under which application code keeps the schedule.",
    )
    object = ObjectFilter(
        method="of_object",
        max_length=OBJECT_MODEL_LENGTH + 1 + OBJECT_ID_LENGTH,
        label="The object that the schedule is for, as `app.model:key`.",
    )
    awaits_approval = true_or_false_filter(
        "Whether the schedule is a proposal of an agent that awaits approval."
    )
    ordering = ordering_filter("created_at", "name", "next_run_at", "last_run_at")

    class Meta:
        model = ScheduledJob
        fields = [
            "status",
            "reason_code",
            "workflow",
            "call",
            "search",
            "tag",
            "key",
            "object",
            "awaits_approval",
            "ordering",
        ]

    def containing(
        self, schedules: ScheduleQuerySet, name: str, text: str
    ) -> ScheduleQuerySet:
        return schedules.filter(Q(name__has_text=text) | Q(description__has_text=text))

    def of_object(
        self, schedules: ScheduleQuerySet, name: str, value: str
    ) -> ScheduleQuerySet:
        label, _, key = value.partition(":")
        return schedules.for_object(label.lower(), key)


class _InstantInput(forms.Field):
    """Parsed as in a body; Django's own field accepts times that no database can compare."""

    @override
    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            return instant_in_query(value)
        except serializers.ValidationError as error:
            (message,) = error.detail
            # As a parameter, since Django formats the message with %.
            raise forms.ValidationError(
                "%(message)s", params={"message": message}
            ) from error


class InstantFilter(filters.Filter):
    field_class = _InstantInput


class RunFilter(filters.FilterSet):
    status = choice_filter(RunStatus.choices)
    failure_kind = choice_filter(FailureKind.choices)
    origin = choice_filter(Origin.choices)
    since = InstantFilter(
        field_name="scheduled_for",
        method="reaching",
        label="Ticks at or after this time.",
    )
    until = InstantFilter(
        field_name="scheduled_for", lookup_expr="lt", label="Ticks before this time."
    )

    class Meta:
        model = ScheduledRun
        fields = ["status", "failure_kind", "origin", "since", "until"]

    def reaching(
        self, runs: QuerySet[ScheduledRun], name: str, since: datetime
    ) -> QuerySet[ScheduledRun]:
        """A row of several ticks may begin before `since` and extend beyond it. That can only
        be the ledger's last row up to then, so earlier rows are not read."""
        ledger = self.queryset.filter(origin__in=TICK_ORIGINS, scheduled_for__lte=since)
        last = ledger.order_by("-scheduled_for").values_list(
            "scheduled_for", "range_end"
        )
        begin = next((at for at, end in last[:1] if end and end >= since), since)
        reaching = Q(scheduled_for__gte=since) | Q(range_end__gte=since)
        return runs.filter(reaching, scheduled_for__gte=begin)


class EventFilter(filters.FilterSet):
    verb = choice_filter(EventVerb.choices)
    reason_code = choice_filter(CODES)

    class Meta:
        model = ScheduleEvent
        fields = ["verb", "reason_code"]
