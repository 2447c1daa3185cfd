"""The URLs that start workflows, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from triggers.api.views import RunWorkflowView
from triggers.api.webhooks import WebhookView

urlpatterns = [
    path("workflows/<uuid:pk>/run/", RunWorkflowView.as_view(), name="workflow-run"),
    path(
        "workflows/<uuid:pk>/webhooks/<slug:node_id>/",
        WebhookView.as_view(),
        name="workflow-webhook",
    ),
]
