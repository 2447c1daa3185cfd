"""What the views of workflows, graphs and executions share."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from typing_extensions import override

from workflows.kit.api.dry_run import BOOLEANS
from workflows.kit.api.requests import user_of
from workflows.models import Workflow, WorkflowExecution

ORPHAN_SCHEDULES = OpenApiParameter(
    "orphan_schedules",
    bool,
    description="Confirms that schedules of this workflow may be left without a trigger. "
    "Otherwise such a change is refused with 409, which names them.",
    default=False,
)


def may_orphan(request: Request) -> bool:
    """Whether the request confirms that schedules may be left without a trigger."""
    asked = request.query_params.get(ORPHAN_SCHEDULES.name, "false")
    if asked not in BOOLEANS:
        raise ValidationError({ORPHAN_SCHEDULES.name: ["Must be true or false."]})
    return BOOLEANS[asked]


class OwnRows(GenericAPIView[Any]):
    """Rows that the user may view; all others are not found."""

    model: type[Workflow | WorkflowExecution]

    @override
    def get_queryset(self) -> models.QuerySet[Any]:
        return self.model.objects.visible_to(user_of(self.request))
