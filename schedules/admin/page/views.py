"""The actions that only the page of a schedule has, each a POST that leads back to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from typing_extensions import override

from schedules.admin.actions import ActionsAdmin
from schedules.admin.buttons import Press
from schedules.admin.page.backfill import span
from schedules.admin.page.wall_times import NotATime
from schedules.services import backfill, may

BACKFILL = "ostinato_schedules_scheduledjob_backfill"


class PageActions(ActionsAdmin):
    """A mixin for the admin of schedules."""

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.backfill_view))
        return [
            path("<uuid:schedule_id>/backfill/", view, name=BACKFILL),
            *super().get_urls(),
        ]

    def backfill_view(self, request: HttpRequest, schedule_id: UUID) -> HttpResponse:
        schedule = self.get_object(request, str(schedule_id))
        if schedule is None:
            return self.gone(request, schedule_id)
        if not may(request.user, "backfill", schedule):
            raise PermissionDenied
        press, given = Press.of(request), request.POST
        with self.refusals_shown(request):
            try:
                first, last = span(
                    given.get("from", ""), given.get("to", ""), schedule.timezone
                )
            except NotATime as error:
                self.message_user(request, str(error), messages.ERROR)
                return self.page_of(schedule.pk)
            runs = backfill(
                schedule.pk,
                from_at=first,
                to_at=last,
                actor=press.actor,
                now=press.now,
                note=press.note,
            )
            told = ngettext(
                "Backfilled {count} past run.",
                "Backfilled {count} past runs.",
                len(runs),
            )
            self.message_user(request, told.format(count=f"{len(runs):,}"))
        return self.page_of(schedule.pk)
