"""The addresses by which workflows are started, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from triggers.api.views import RunWorkflowView

urlpatterns = [
    path("workflows/<uuid:pk>/run/", RunWorkflowView.as_view(), name="workflow-run"),
]
