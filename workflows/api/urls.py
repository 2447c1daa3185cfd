"""The URLs of workflows and executions, under `/api/v1/`."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from workflows.api.views import ExecutionViewSet, NodeTypesView, WorkflowViewSet

router = SimpleRouter()
router.register("workflows", WorkflowViewSet, basename="workflow")
router.register("executions", ExecutionViewSet, basename="execution")

urlpatterns = [
    path("node-types/", NodeTypesView.as_view(), name="node-types"),
    path("", include(router.urls)),
]
