"""What schedules may call, over HTTP: functions, tasks and management commands."""

from __future__ import annotations

from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from workflows.api.functions import FunctionSerializer
from workflows.callables import Target, targets, why_not
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import user_of
from workflows.kit.api.schema import extend_schema

KINDS = ("function", "task", "command")


class CallableSerializer(FunctionSerializer):
    """What a schedule may call, with the JSON schema of its arguments."""

    name = serializers.CharField(help_text="For `call` of a schedule.")
    kind = serializers.ChoiceField(choices=KINDS)
    unfit = serializers.CharField(
        help_text="Why it cannot be called at all; otherwise empty."
    )
    missing_permission = serializers.SerializerMethodField(
        help_text="The permission that you lack to have it called; empty if you may."
    )

    def get_missing_permission(self, target: Target) -> str:
        return why_not(self.context["user"], target)


class CallablesSerializer(serializers.Serializer[Any]):
    """All of them, on one page."""

    results = CallableSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class CallablesView(StrictQuery):
    """What schedules may call, by name."""

    @extend_schema(responses=CallablesSerializer)
    def get(self, request: Request) -> Response:
        shown = CallableSerializer(
            cast("Any", targets()), many=True, context={"user": user_of(request)}
        )
        return Response({"results": shown.data, "next": None, "previous": None})
