"""The next ticks of a schedule, or of one that has not been saved."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from schedules import services
from schedules.api.history_views import visible_schedule
from schedules.api.request_fields import IgnoredField, WholeNumberField
from schedules.api.serializers import ScheduleFields
from schedules.services import Actor
from schedules.services.insight.preview import (
    MOST_TICKS,
    NOT_ABOUT_TIME,
    Preview,
    PreviewTick,
)
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.serializers import DateTimeField
from workflows.scopes import Scope

IGNORED = (*NOT_ABOUT_TIME, "status", "idempotency_key")
COUNT = 10
COUNT_ACCEPTED = f"Enter a whole number from 1 to {MOST_TICKS}."
COUNT_PARAMETER = OpenApiParameter(
    "count",
    int,
    description=f"How many ticks to return: a whole number from 1 to {MOST_TICKS}.",
    default=COUNT,
)


class PreviewedSchedule(ScheduleFields):
    """The schedule to preview: the body of a creation, where name and workflow are optional.
    `count`: how many ticks to return."""

    count = WholeNumberField(bounds=(1, MOST_TICKS), required=False)

    @override
    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            name: IgnoredField(required=False) for name in IGNORED
        }


class PreviewTickSerializer(serializers.Serializer[PreviewTick]):
    scheduled_for = DateTimeField()
    local = serializers.SerializerMethodField()
    offset = serializers.SerializerMethodField()
    due_at = DateTimeField()
    moved_by_gap = serializers.BooleanField()
    first_of_two = serializers.BooleanField()

    def get_local(self, tick: PreviewTick) -> str:
        return tick.local.isoformat()

    def get_offset(self, tick: PreviewTick) -> str:
        return tick.local.isoformat()[-len("+00:00") :]


class PreviewSerializer(serializers.Serializer[Preview]):
    """The timing in words, and its next ticks in UTC and in the schedule's time zone."""

    text = serializers.CharField()
    timezone = serializers.CharField()
    ticks = PreviewTickSerializer(many=True)


class SchedulePreview(StrictQuery):
    """The next ticks of a schedule; for a paused one, as if it were resumed now."""

    @extend_schema(responses=PreviewSerializer, parameters=[COUNT_PARAMETER])
    def get(self, request: Request, pk: UUID) -> Response:
        found = services.preview_schedule(
            visible_schedule(request, pk),
            count=_count(request.query_params.get("count", str(COUNT))),
            now=clock(),
        )
        return Response(PreviewSerializer(found).data)


class DraftPreview(StrictQuery):
    """The next ticks that a schedule would have if it were created now."""

    scopes = {"post": Scope.READ}

    @extend_schema(request=PreviewedSchedule, responses=PreviewSerializer)
    def post(self, request: Request) -> Response:
        fields = dict(valid(PreviewedSchedule(data=request.data)))
        count = _count(str(fields.pop("count", COUNT)))
        for name in IGNORED:
            fields.pop(name, None)
        found = services.preview_fields(
            fields,
            count=count,
            actor=Actor.person(user_of(request)),
            now=clock(),
        )
        return Response(PreviewSerializer(found).data)


def _count(text: str) -> int:
    count = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    if not 1 <= count <= MOST_TICKS:
        raise ValidationError({"count": [COUNT_ACCEPTED]})
    return count
