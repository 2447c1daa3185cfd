"""The page of one schedule: its form, its state and its history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.form.pages import FormPages
from schedules.admin.list.changelist import ChangeListAdmin
from schedules.admin.page.clock import clock_of
from schedules.admin.page.context import context_of
from schedules.admin.page.views import PageActions
from schedules.admin.pages import page_urls
from schedules.models import ScheduledJob
from schedules.services.drafts.calls import mismatch
from workflows.templatetags.workflow_display import as_text


@admin.register(ScheduledJob)
class ScheduleAdmin(PageActions, FormPages, ChangeListAdmin):
    """Translates forms into service calls; it never saves a schedule itself."""

    change_form_template = "ostinato/schedules/page/change_form.html"
    delete_confirmation_template = "ostinato/schedules/delete_confirmation.html"

    @override
    def get_urls(self) -> list[URLPattern]:
        return [*page_urls(self.admin_site), *super().get_urls()]

    @admin.display(description=gettext_lazy("Calls"))
    def calls(self, schedule: ScheduledJob) -> str:
        return schedule.call

    @admin.display(description=gettext_lazy("Arguments"))
    def with_arguments(self, schedule: ScheduledJob) -> SafeString:
        return format_html('<pre class="json">{}</pre>', as_text(schedule.arguments))

    @admin.display(description=gettext_lazy("Problem of the call"))
    def call_fits(self, schedule: ScheduledJob) -> str:
        return mismatch(schedule) or _("none")

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
        if obj is not None:
            context |= context_of(
                request,
                self.admin_site,
                obj,
                clock=clock_of(request),
                may_change=self.has_change_permission(request, obj),
            )
        return super().render_change_form(request, context, add, change, form_url, obj)
