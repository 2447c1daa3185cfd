"""Rendering a template or a condition over HTTP, to see what it gives."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from workflows import services
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.requests import user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.strict import StrictSerializer, UUIDField, one_of
from workflows.models import Workflow
from workflows.scopes import Scope
from workflows.services.rendering import KINDS, Rendered


class RenderFields(StrictSerializer):
    """What to render: `text` and `value` as the fields of a node that are templates, or a
    `condition`."""

    value = serializers.JSONField(allow_null=True)
    kind = serializers.ChoiceField(choices=KINDS, error_messages=one_of(KINDS))
    execution = UUIDField(
        required=False,
        allow_null=True,
        help_text="Whose event and outputs to use. Default: the last finished one.",
    )


class RenderedSerializer(serializers.Serializer[Rendered]):
    """The result, or the problem that there is instead of one."""

    result = serializers.JSONField(allow_null=True)
    problem = serializers.CharField(allow_null=True)
    execution = serializers.UUIDField(
        allow_null=True, help_text="The execution that was used; null if there is none."
    )


class RenderView(StrictQuery):
    """Render a template, a value or a condition as a node would, with the event and the outputs
    of an execution of the workflow as they are on record. Nothing is saved."""

    scopes = {"post": Scope.READ}

    @extend_schema(request=RenderFields, responses=RenderedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        user = user_of(request)
        workflow = get_object_or_404(Workflow.objects.visible_to(user), pk=pk)
        sent = valid(RenderFields(data=request.data))
        found = services.render_for(
            workflow,
            sent["value"],
            sent["kind"],
            user=user,
            execution_id=sent.get("execution"),
        )
        return Response(RenderedSerializer(found).data)
