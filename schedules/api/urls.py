"""Where the API of schedules is found, below /api/v1/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from schedules.api.history import ScheduleEvents, ScheduleRuns
from schedules.api.views import ScheduleViewSet

router = SimpleRouter(use_regex_path=False)
router.register("schedules", ScheduleViewSet, basename="schedule")
urlpatterns = [
    *router.urls,
    path("schedules/<uuid:pk>/runs/", ScheduleRuns.as_view(), name="schedule-runs"),
    path(
        "schedules/<uuid:pk>/events/", ScheduleEvents.as_view(), name="schedule-events"
    ),
]
