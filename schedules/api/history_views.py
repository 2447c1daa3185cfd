"""The lists of a schedule's runs and events, newest first."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from typing_extensions import override

from schedules.api.filters import EventFilter, RunFilter
from schedules.api.serializers import EventSerializer, RunSerializer
from schedules.models import EventVerb, ScheduledJob, ScheduledRun, ScheduleEvent
from workflows.kit.api.queries import StrictQuery

M = TypeVar("M", bound=Model)


def visible_schedule(request: Request, pk: UUID) -> ScheduledJob:
    """The schedule. Raises `Http404` unless the user may see it."""
    return get_object_or_404(ScheduledJob.objects.visible_to(request.user), pk=pk)


def _may_read_history(request: Request, pk: UUID) -> bool:
    """Whether the user may see the schedule or, once it is deleted, might have seen it: the
    event of its creation names its owner."""
    if ScheduledJob.objects.visible_to(request.user).filter(pk=pk).exists():
        return True
    if ScheduledJob.objects.filter(pk=pk).exists():
        return False
    made = ScheduleEvent.objects.filter(schedule=pk, verb=EventVerb.CREATE)
    if not ScheduledJob.objects.all_visible_to(request.user):
        made = made.filter(actor=request.user.pk)
    return made.exists()


class OfSchedule(StrictQuery, ListAPIView[M]):
    """Rows of the schedule in the URL. They outlive it, for those who might see it."""

    @override
    def get_queryset(self) -> QuerySet[M]:
        pk = self.kwargs["pk"]
        if not _may_read_history(self.request, pk):
            raise Http404
        return super().get_queryset().filter(schedule=pk)


class ScheduleRuns(OfSchedule[ScheduledRun]):
    """The runs of a schedule, newest first: one for each tick, also for those that did not run."""

    queryset = ScheduledRun.objects.all()
    serializer_class = RunSerializer
    filterset_class = RunFilter


class ScheduleEvents(OfSchedule[ScheduleEvent]):
    """The events of a schedule, newest first: who changed what, when and why."""

    queryset = ScheduleEvent.objects.all()
    serializer_class = EventSerializer
    filterset_class = EventFilter
