"""The functions that `call_function` may call, over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from workflows.callables import Target, targets
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.schema import extend_schema


class FunctionSerializer(serializers.Serializer[Target]):
    """A function of this site, and the JSON schema of its arguments."""

    name = serializers.CharField(help_text="With its module: billing.tasks.remind.")
    kind = serializers.ChoiceField(["function", "task"])
    title = serializers.CharField()
    agents = serializers.BooleanField(
        help_text="Whether agents may schedule it by themselves."
    )
    description = serializers.CharField(help_text="Empty if it has no docstring.")
    arguments_schema = serializers.DictField(source="schema")


class FunctionsSerializer(serializers.Serializer[Any]):
    """All functions, on one page."""

    results = FunctionSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class FunctionsView(StrictQuery):
    """The functions that a `call_function` node may call, by name."""

    @extend_schema(responses=FunctionsSerializer)
    def get(self, request: Request) -> Response:
        results = [
            FunctionSerializer(each).data
            for each in targets()
            if each.kind != "command" and not each.unfit
        ]
        return Response({"results": results, "next": None, "previous": None})
