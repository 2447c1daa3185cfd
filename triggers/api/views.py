"""The API of triggers: running a workflow by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from triggers.manual import run_workflow
from workflows.api.serializers import ExecutionSerializer
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema
from workflows.kit.api.strict import JSONObjectField, StrictSerializer, TextField
from workflows.models import Workflow
from workflows.models.workflow import KEY_LENGTH
from workflows.scopes import Scope


class RunFields(StrictSerializer):
    payload = JSONObjectField(default=dict)
    start_at = TextField(
        max_length=KEY_LENGTH,
        required=False,
        help_text="The `node_id` of a `trigger_manual` node; or of a `trigger_schedule` node, "
        "to try it with a made-up event. Default: the first `trigger_manual` node.",
    )


class RunWorkflowView(DryRun):
    """Start the workflow at its manual trigger, or at `start_at`. The response does not wait for
    the execution. A dry run shows the `event` with which it would start."""

    scopes = {"post": Scope.OPERATE}

    @override
    def extra_fields(self, after: Any) -> dict[str, Any]:
        return {"event": after["event"]}

    @extend_schema(request=RunFields, responses={202: ExecutionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        user = user_of(request)
        workflow = get_object_or_404(Workflow.objects.visible_to(user), pk=pk)
        sent = valid(RunFields(data=request.data))
        execution = run_workflow(workflow, **sent, user=user, now=clock())
        return Response(ExecutionSerializer(execution).data, status.HTTP_202_ACCEPTED)
