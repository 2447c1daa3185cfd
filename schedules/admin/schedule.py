"""The page of one schedule: its form, its state and its history."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.admin.argument_fields import Page, argument_fields
from schedules.admin.buttons import COPY, Press, offered
from schedules.admin.changelist import ChangeListAdmin
from schedules.admin.form import ScheduleForm
from schedules.admin.form_fields import form_options
from schedules.admin.object_input import URL_NAME, ObjectSelect, ObjectsView
from schedules.admin.pages import page_urls
from schedules.admin.sections import (
    OF_CODE,
    SHOWN_CALL,
    SHOWN_TIMES,
    sections_to_fill_in,
    sections_to_read,
)
from schedules.admin.what_runs import (
    Choice,
    call_field,
    chosen,
    is_choosing,
    run_on_field,
)
from schedules.models import ScheduledJob, Status, UserProfile
from schedules.services.drafts.calls import mismatch
from schedules.services.drafts.fields import FIELDS
from workflows.run_on import RunOn
from workflows.templatetags.workflow_display import as_text

ROWS_OF_HISTORY = 20

REVIVAL = (
    "This schedule has stopped. To revive it, change its timing, its end or its maximum "
    "number of runs. To copy it, use “Save as new”."
)


@admin.register(ScheduledJob)
class ScheduleAdmin(ChangeListAdmin):
    """Translates forms into service calls; it never saves a schedule itself."""

    form = ScheduleForm
    save_as = True
    change_list_template = "ostinato/schedules/list/change_list.html"
    change_form_template = "ostinato/schedules/page/change_form.html"
    delete_confirmation_template = "ostinato/schedules/delete_confirmation.html"
    delete_selected_confirmation_template = (
        "ostinato/schedules/delete_selected_confirmation.html"
    )

    @property
    @override
    def media(self) -> forms.Media:
        """With that of the autocomplete: its fields may appear later."""
        own = forms.Media(
            css={"all": ["schedules/admin.css"]}, js=["schedules/what_runs.js"]
        )
        return super().media + ObjectSelect(ScheduledJob, self.admin_site).media + own

    def _is_editable(self, request: HttpRequest, schedule: ScheduledJob | None) -> bool:
        """Whether the form is shown; also for a stopped schedule, which a change revives."""
        return schedule is None or self.has_change_permission(request, schedule)

    @override
    def get_fieldsets(
        self, request: HttpRequest, obj: ScheduledJob | None = None
    ) -> Any:
        if obj is not None and not self._is_editable(request, obj):
            return sections_to_read(obj)
        return sections_to_fill_in(self._chosen(request, obj), obj)

    def _chosen(self, request: HttpRequest, obj: ScheduledJob | None) -> Choice:
        return chosen(request, obj or self._copied(request))

    @override
    def get_readonly_fields(
        self, request: HttpRequest, obj: ScheduledJob | None = None
    ) -> Any:
        if self._is_editable(request, obj):
            return (*SHOWN_CALL, *OF_CODE)
        shown = (*SHOWN_TIMES.values(), *SHOWN_CALL, *OF_CODE)
        return (*ScheduleForm.Meta.fields, *shown)

    @admin.display(description="Calls")
    def calls(self, schedule: ScheduledJob) -> str:
        return schedule.call

    @admin.display(description="Arguments")
    def with_arguments(self, schedule: ScheduledJob) -> SafeString:
        return format_html('<pre class="json">{}</pre>', as_text(schedule.arguments))

    @admin.display(description="Problem of the call", empty_value="none")
    def call_fits(self, schedule: ScheduledJob) -> str | None:
        return mismatch(schedule) or None

    @override
    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        options |= form_options(FIELDS[db_field.name])
        return super().formfield_for_dbfield(db_field, request, **options)

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: ScheduledJob | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ScheduleForm]:
        choice = self._chosen(request, obj)
        fields = self._fields_of_call(request, choice, obj or self._copied(request))
        base = type("ScheduleForm", (ScheduleForm,), fields)
        form = super().get_form(request, obj, change, **{"form": base, **kwargs})
        assert issubclass(form, ScheduleForm)
        form.choice = choice
        form.typed = request.POST if is_choosing(request) else {}
        form.press = Press.of(request)  # the class was made for this request
        form.source = self._copied(request)
        return form

    def _fields_of_call(
        self, request: HttpRequest, choice: Choice, schedule: ScheduledJob | None
    ) -> dict[str, Any]:
        fields: dict[str, Any] = {"call": call_field(choice)}
        if choice.target is None:
            return fields
        zone = schedule.timezone if schedule else settings.TIME_ZONE
        page = Page(request, self.admin_site, zone)
        fields |= argument_fields(choice.target, choice.arguments, page)
        if choice.target.kind == "task":
            has = schedule.run_on if schedule else RunOn.WORKER
            fields["run_on"] = run_on_field(has)
        return fields

    def _copied(self, request: HttpRequest) -> ScheduledJob | None:
        """The schedule that "Save as new" copies."""
        match = request.resolver_match
        if "_saveasnew" not in request.POST or match is None:
            return None
        object_id = match.kwargs.get("object_id")
        return self.get_object(request, object_id) if object_id else None

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        profile = UserProfile.objects.filter(user=request.user.pk).first()
        zone = profile.timezone if profile else ""
        given = super().get_changeform_initial_data(request)
        return {"timezone": zone or settings.TIME_ZONE} | given

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Whoever asks for the fields of what they chose sees the page as typed, unsaved."""
        if is_choosing(request):
            request = copy(request)
            request.method = "GET"
        return super().changeform_view(request, object_id, form_url, extra_context)

    @override
    def get_urls(self) -> list[URLPattern]:
        objects = ObjectsView.as_view(admin_site=self.admin_site)
        view = self.admin_site.admin_view(objects)
        own = [path("objects/", view, name=URL_NAME), *page_urls(self.admin_site)]
        return [*own, *super().get_urls()]

    @override
    def save_model(
        self, request: HttpRequest, obj: ScheduledJob, form: Any, change: bool
    ) -> None:
        """Do nothing: the service has saved a valid `ScheduleForm`."""

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
            context |= self._state_and_history(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _state_and_history(
        self, request: HttpRequest, schedule: ScheduledJob
    ) -> dict[str, Any]:
        """The template context for the state and the history of the schedule."""
        may = self.has_change_permission(request, schedule)
        context: dict[str, Any] = {
            "buttons": [*offered(schedule), *([COPY] if schedule.call else [])]
            if may
            else [],
            "request_id": uuid4().hex,
            "last_outcome": self.last_outcome(schedule),
            "runs": schedule.runs.all()[:ROWS_OF_HISTORY],
            "events": schedule.events.all()[:ROWS_OF_HISTORY],
            "epochs": schedule.epochs.order_by("-number")[:ROWS_OF_HISTORY],
            "of_this": urlencode({"schedule__id__exact": schedule.pk}),
        }
        if schedule.status == Status.STOPPED and may:
            context["revival"] = REVIVAL
        return context
