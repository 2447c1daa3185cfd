"""The form on the admin pages of schedules: made for a request, and saved by the services."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, path
from typing_extensions import override

from schedules.admin.buttons import Press
from schedules.admin.form.argument_fields import Page, argument_fields
from schedules.admin.form.fields import form_options
from schedules.admin.form.object_input import URL_NAME, ObjectSelect, ObjectsView
from schedules.admin.form.schedule_form import ScheduleForm
from schedules.admin.form.sections import (
    OF_CODE,
    SHOWN_CALL,
    SHOWN_TIMES,
    sections_to_fill_in,
    sections_to_read,
)
from schedules.admin.form.what_runs import (
    Choice,
    call_field,
    chosen,
    is_choosing,
    run_on_field,
)
from schedules.models import ScheduledJob, UserProfile
from schedules.services.drafts.fields import FIELDS
from workflows.kit.admin import ServiceAdmin
from workflows.run_on import RunOn


class FormPages(ServiceAdmin):
    """The pages of the admin that have the form. They never save a schedule themselves."""

    form = ScheduleForm
    save_as = True

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
        return [path("objects/", view, name=URL_NAME), *super().get_urls()]

    @override
    def save_model(
        self, request: HttpRequest, obj: ScheduledJob, form: Any, change: bool
    ) -> None:
        """Do nothing: the service has saved a valid `ScheduleForm`."""
