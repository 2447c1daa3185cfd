"""How the list of schedules is narrowed down."""

from __future__ import annotations

from django.db.models import Q
from django_filters import rest_framework as filters

from schedules.models import ScheduledJob, ScheduleQuerySet, Status


class ScheduleFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=Status.choices)
    workflow = filters.UUIDFilter(field_name="workflow_id", label="id of the workflow")
    search = filters.CharFilter(
        method="containing", label="part of the name or of the description"
    )

    class Meta:
        model = ScheduledJob
        fields = ["status", "workflow", "search"]

    def containing(
        self, schedules: ScheduleQuerySet, name: str, text: str
    ) -> ScheduleQuerySet:
        return schedules.filter(
            Q(name__icontains=text) | Q(description__icontains=text)
        )
