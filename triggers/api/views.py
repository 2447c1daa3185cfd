"""The API of triggers: running a workflow by hand."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from triggers.manual import run_workflow
from workflows.api.serializers import ExecutionSerializer
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.strict import JSONObjectField, StrictSerializer
from workflows.models import Workflow
from workflows.scopes import Scope


class RunFields(StrictSerializer):
    payload = JSONObjectField(default=dict)


class RunWorkflowView(DryRun):
    """Start the workflow at its manual trigger. The response does not wait for the execution."""

    scopes = {"post": Scope.OPERATE}

    @extend_schema(request=RunFields, responses={202: ExecutionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        user = user_of(request)
        workflow = get_object_or_404(Workflow.objects.visible_to(user), pk=pk)
        payload = valid(RunFields(data=request.data))["payload"]
        execution = run_workflow(workflow, payload, user=user, now=clock())
        return Response(ExecutionSerializer(execution).data, status.HTTP_202_ACCEPTED)
