"""GET /api/v1/schedules/{id}/explain/?at=: why a schedule ran, or did not run, at a time."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from schedules import services
from schedules.api.history_views import visible_schedule
from schedules.api.request_fields import instant_in_query
from schedules.api.serializers import EventSerializer, RunSerializer
from schedules.services.insight.explain import Explanation
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import clock
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.serializers import DateTimeField

AT = OpenApiParameter(
    "at",
    str,
    required=True,
    description="The time to explain: a date and time with an offset, such as "
    "2026-01-31T09:00:00+01:00 (in a URL, + is written as %2B).",
)


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """A sentence, and the facts behind it."""

    # In UTC: in other zones the first and last day of the calendar cannot be represented.
    at = DateTimeField(default_timezone=UTC)
    sentence = serializers.CharField()
    is_tick = serializers.BooleanField()
    timing_text = serializers.CharField()
    run = RunSerializer(allow_null=True)
    event = EventSerializer(allow_null=True)
    previous_tick = DateTimeField(allow_null=True)
    next_tick = DateTimeField(allow_null=True)


class ScheduleExplanation(StrictQuery):
    """Why the schedule ran, or did not run, at a time."""

    @extend_schema(responses=ExplanationSerializer, parameters=[AT])
    def get(self, request: Request, pk: UUID) -> Response:
        schedule = visible_schedule(request, pk)
        try:
            at = instant_in_query(request.query_params["at"])
        except ValidationError as error:
            raise ValidationError({"at": error.detail}) from error
        found = services.explain(schedule, at=at, now=clock())
        return Response(ExplanationSerializer(found).data)
