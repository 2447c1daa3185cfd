"""URLs of the schedules API, below /api/v1/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from schedules.api.bulk_view import BulkView
from schedules.api.exchange_views import (
    WorkflowExport,
    WorkflowImport,
    WorkflowTemplates,
)
from schedules.api.explain_view import ScheduleExplanation
from schedules.api.history_views import ScheduleEvents, ScheduleRuns
from schedules.api.preview_views import DraftPreview, SchedulePreview
from schedules.api.views import ScheduleViewSet

router = SimpleRouter(use_regex_path=False)
router.register("schedules", ScheduleViewSet, basename="schedule")
urlpatterns = [
    path("workflows/import/", WorkflowImport.as_view(), name="workflow-import"),
    path(
        "workflows/<uuid:pk>/export/", WorkflowExport.as_view(), name="workflow-export"
    ),
    path("workflow-templates/", WorkflowTemplates.as_view(), name="workflow-templates"),
    path("schedules/bulk/", BulkView.as_view(), name="schedule-bulk"),
    path("schedules/preview/", DraftPreview.as_view(), name="schedule-draft-preview"),
    *router.urls,
    path("schedules/<uuid:pk>/runs/", ScheduleRuns.as_view(), name="schedule-runs"),
    path(
        "schedules/<uuid:pk>/events/", ScheduleEvents.as_view(), name="schedule-events"
    ),
    path(
        "schedules/<uuid:pk>/preview/",
        SchedulePreview.as_view(),
        name="schedule-preview",
    ),
    path(
        "schedules/<uuid:pk>/explain/",
        ScheduleExplanation.as_view(),
        name="schedule-explain",
    ),
]
