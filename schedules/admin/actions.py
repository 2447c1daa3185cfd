"""Actions in the admin of schedules: buttons, bulk actions, deletion."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from typing_extensions import override

from schedules.admin.bulk.offering import BulkAdmin
from schedules.admin.buttons import BUTTONS, COPY, DECISIONS, Button, Press
from schedules.admin.page.gone import GonePages
from schedules.models import ScheduledJob
from schedules.services import may, stop_schedule
from schedules.services.permissions import may_to_all
from workflows.admin.frame import Framed, zone_of

LIST = "ostinato_schedules_scheduledjob_changelist"


class ActionsAdmin(Framed, BulkAdmin, GonePages):
    """Buttons (POST only), bulk actions, deletion, and who may use them."""

    @override
    def has_change_permission(
        self, request: HttpRequest, obj: ScheduledJob | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) or _owns(request, obj)

    def has_pause_permission(self, request: HttpRequest) -> bool:
        return may_to_all(request.user, "pause")

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return may_to_all(request.user, "resume")

    def has_run_permission(self, request: HttpRequest) -> bool:
        return may_to_all(request.user, "run")

    @override
    def has_delete_permission(
        self, request: HttpRequest, obj: ScheduledJob | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) or _owns(request, obj)

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.press_view))
        own = [
            path(
                f"<uuid:schedule_id>/{button.name}/",
                view,
                {"button": button},
                name=button.url_name,
            )
            for button in (*BUTTONS, *DECISIONS, COPY)
        ]
        return own + super().get_urls()

    def press_view(
        self, request: HttpRequest, schedule_id: UUID, button: Button
    ) -> HttpResponse:
        """Act on one schedule, then return to the page with the button."""
        schedule = self.get_object(request, str(schedule_id))
        if schedule is None:
            return self.gone(request, schedule_id)
        if not may(request.user, button.verb, schedule):
            raise PermissionDenied
        with self.refusals_shown(request):
            message = button.act(schedule_id, self.press(request))
            self.message_user(request, message, messages.SUCCESS)
        if not ScheduledJob.objects.filter(pk=schedule_id).exists():  # declined
            return redirect(f"{self.admin_site.name}:{LIST}")
        return _page_before(request) or self.page_of(schedule.pk)

    def press(self, request: HttpRequest) -> Press:
        return Press.of(request, site=self.admin_site.name, zone=zone_of(request))

    # `schedules.admin.log` writes them, for every door.
    def _logged(self, *args: Any) -> None:
        """Log nothing."""

    log_addition = log_change = log_deletions = _logged  # type: ignore[assignment]

    @override
    def delete_model(self, request: HttpRequest, obj: ScheduledJob) -> None:
        press = Press.of(request)
        stop_schedule(obj.pk, actor=press.actor, now=press.now)


def _owns(request: HttpRequest, schedule: ScheduledJob | None) -> bool:
    """Owners may act on their own schedules, as in the API and the tools."""
    return schedule is not None and schedule.owner_id == request.user.pk


def _page_before(request: HttpRequest) -> HttpResponse | None:
    """To the page with the button, if the form names one of this site."""
    page = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(page) if is_here else None
