"""GET /api/v1/schedules/{id}/explain/?at=: why it did, or did not, run at that time."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from schedules import services
from schedules.api.fields import AwareInstantField
from schedules.api.serializers import EventSerializer, RunSerializer
from schedules.models import ScheduledJob
from schedules.services.explain import Explanation

AT = OpenApiParameter("at", str, required=True, description=AwareInstantField.why)


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """One sentence, and the facts behind it."""

    at = serializers.DateTimeField()
    sentence = serializers.CharField()
    is_tick = serializers.BooleanField()
    timing_text = serializers.CharField()
    run = RunSerializer(allow_null=True)
    event = EventSerializer(allow_null=True)
    previous_tick = serializers.DateTimeField(allow_null=True)
    next_tick = serializers.DateTimeField(allow_null=True)


class ScheduleExplanation(APIView):
    """Why the schedule did, or did not, run at a time."""

    @extend_schema(responses=ExplanationSerializer, parameters=[AT])
    def get(self, request: Request, pk: UUID) -> Response:
        mine = ScheduledJob.objects.visible_to(request.user)
        schedule = get_object_or_404(mine, pk=pk)
        try:
            at = AwareInstantField().run_validation(request.query_params.get("at"))
        except ValidationError as error:
            raise ValidationError({"at": [AwareInstantField.why]}) from error
        now = timezone.now()  # noqa: TID251 an entry point
        found = services.explain(schedule, at=at, now=now)
        return Response(ExplanationSerializer(found).data)
