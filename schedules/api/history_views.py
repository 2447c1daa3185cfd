"""What became of a schedule's ticks, and who did what to it: lists, newest first."""

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
    """The schedule, if the request's user may see it; else it is not there: 404."""
    return get_object_or_404(ScheduledJob.objects.visible_to(request.user), pk=pk)


def _may_read_history(request: Request, pk: UUID) -> bool:
    """Whose schedule it is. History outlives it, and then still says whose it was: who
    made a schedule owns it."""
    if ScheduledJob.objects.visible_to(request.user).filter(pk=pk).exists():
        return True
    if ScheduledJob.objects.filter(pk=pk).exists():
        return False
    made = ScheduleEvent.objects.filter(schedule=pk, verb=EventVerb.CREATE)
    if not ScheduledJob.objects.all_visible_to(request.user):
        made = made.filter(actor=request.user.pk)
    return made.exists()


class OfSchedule(StrictQuery, ListAPIView[M]):
    """Rows of the schedule that the address names, if its reader may see that, or might
    while it was there."""

    @override
    def get_queryset(self) -> QuerySet[M]:
        pk = self.kwargs["pk"]
        if not _may_read_history(self.request, pk):
            raise Http404
        return super().get_queryset().filter(schedule=pk)


class ScheduleRuns(OfSchedule[ScheduledRun]):
    """The ledger of one schedule, newest tick first."""

    queryset = ScheduledRun.objects.all()
    serializer_class = RunSerializer
    filterset_class = RunFilter


class ScheduleEvents(OfSchedule[ScheduleEvent]):
    """Who did what to one schedule, newest first."""

    queryset = ScheduleEvent.objects.all()
    serializer_class = EventSerializer
    filterset_class = EventFilter
