"""The URLs of workflows, executions, node types and functions, under `/api/v1/`."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from workflows.api.callables import CallablesView
from workflows.api.functions import FunctionsView
from workflows.api.graph_views import GraphViewSet, VersionViewSet
from workflows.api.rendering import RenderView
from workflows.api.views import ExecutionViewSet, NodeTypesView, WorkflowViewSet

router = SimpleRouter()
router.register("workflows", WorkflowViewSet, basename="workflow")
router.register("executions", ExecutionViewSet, basename="execution")

urlpatterns = [
    path("node-types/", NodeTypesView.as_view(), name="node-types"),
    path("callables/", CallablesView.as_view(), name="callables"),
    path("functions/", FunctionsView.as_view(), name="functions"),
    path("workflows/<uuid:pk>/render/", RenderView.as_view(), name="workflow-render"),
    path(
        "workflows/<uuid:pk>/graph/",
        GraphViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="workflow-graph",
    ),
    path(
        "workflows/<uuid:pk>/versions/",
        VersionViewSet.as_view({"get": "list"}),
        name="workflow-versions",
    ),
    path(
        "workflows/<uuid:pk>/versions/<int:number>/",
        VersionViewSet.as_view({"get": "retrieve"}),
        name="workflow-version",
    ),
    path(
        "workflows/<uuid:pk>/versions/<int:number>/restore/",
        VersionViewSet.as_view({"post": "restore"}),
        name="workflow-version-restore",
    ),
    path("", include(router.urls)),
]
