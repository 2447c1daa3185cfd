"""What only the page of a schedule answers: a backfill, and a form that is out of date."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from typing_extensions import override

from schedules import exchange
from schedules.admin.actions import ActionsAdmin
from schedules.admin.buttons import Press
from schedules.admin.page.backfill import span
from schedules.admin.page.clock import clock_of
from schedules.admin.page.conflict import conflict_of
from schedules.admin.page.context import can_export
from schedules.admin.page.wall_times import NotATime
from schedules.models import ScheduledJob
from schedules.services import backfill, may
from schedules.services.insight.earlier import at_version
from workflows.admin.frame import frame
from workflows.display.numbers import grouped
from workflows.kit.forms import ServiceForm

if TYPE_CHECKING:
    from workflows.kit.users import User

CONFLICT = "ostinato/schedules/page/conflict.html"
BACKFILL = "ostinato_schedules_scheduledjob_backfill"
EXPORT = "ostinato_schedules_scheduledjob_export"


class PageActions(ActionsAdmin):
    """A mixin for the admin of schedules."""

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        backfilling, export = require_POST(self.backfill_view), self.export_view
        return [
            path("<uuid:schedule_id>/backfill/", view(backfilling), name=BACKFILL),
            path("<uuid:schedule_id>/export/", view(export), name=EXPORT),
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
            self.message_user(request, told.format(count=grouped(len(runs))))
        return self.page_of(schedule.pk)

    def export_view(self, request: HttpRequest, schedule_id: UUID) -> HttpResponse:
        """The schedule with its workflow, as a file that an import reads."""
        schedule = self.get_object(request, str(schedule_id))
        if schedule is None:
            return self.gone(request, schedule_id)
        if not can_export(schedule, request.user):
            raise Http404
        workflow, user = schedule.workflow, cast("User", request.user)
        return exchange.download(
            exchange.export_workflow(workflow, user=user, only=schedule),
            name=schedule.name,
            file_format="yaml",
        )

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ScheduledJob | None = None,
    ) -> HttpResponse:
        """Both versions, if someone else has saved since the form was shown."""
        form = context["adminform"].form
        if obj is not None and getattr(form, "is_stale", False):
            return self._conflict(request, form, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _conflict(
        self, request: HttpRequest, form: ServiceForm, schedule: ScheduledJob
    ) -> HttpResponse:
        theirs = ScheduledJob.objects.get(pk=schedule.pk)
        earlier = at_version(theirs, form.cleaned_data["version"])
        found = conflict_of(form, earlier, theirs, clock_of(request))
        context = {
            **frame(request, self.admin_site, self.opts.label),
            "title": _("Someone else saved first"),
            "opts": self.opts,
            "original": theirs,
            "conflict": found,
        }
        return TemplateResponse(request, CONFLICT, context, status=HTTPStatus.CONFLICT)
