"""The form on the admin pages of schedules: made for a request, and saved by the services."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from typing_extensions import override

from schedules.admin.buttons import Press
from schedules.admin.form.argument_fields import Page, argument_fields
from schedules.admin.form.asking import asked
from schedules.admin.form.fields import form_options, script
from schedules.admin.form.load_remark import LOAD_REMARK, load_remark_view
from schedules.admin.form.object_input import URL_NAME, ObjectsView
from schedules.admin.form.schedule_form import ScheduleForm, values_of
from schedules.admin.form.sections import (
    OF_CODE,
    SHOWN_CALL,
    SHOWN_TIMES,
    sections_to_fill_in,
    sections_to_read,
)
from schedules.admin.form.shown import Shown
from schedules.admin.form.switching import fitting
from schedules.admin.form.what_runs import (
    SHOW_FIELDS,
    Choice,
    call_field,
    chosen,
    run_on_field,
)
from schedules.admin.form.zones import ZONES, zones_view
from schedules.models import ScheduledJob, ScheduleType, Status, UserProfile
from schedules.services import name_of_copy
from schedules.services.drafts.fields import FIELDS, WHEN_FIELD
from workflows.admin.frame import now_of, zone_of
from workflows.display.times import moment
from workflows.kit.admin import ServiceAdmin
from workflows.run_on import RunOn

if TYPE_CHECKING:
    from workflows.kit.users import User

PREVIEW_OF_NEW = "ostinato_schedule_draft_preview"
PREVIEW = "ostinato_schedule_preview"
ADD_ANOTHER = "_addanother"


class FormPages(ServiceAdmin):
    """The pages of the admin that have the form. They never save a schedule themselves."""

    form = ScheduleForm
    save_as = True
    add_form_template = "ostinato/schedules/form/add.html"

    @property
    @override
    def media(self) -> forms.Media:
        """Without that of Django, whose scripts the form does not need."""
        return forms.Media(
            css={"all": ["schedules/form.css"]},
            js=[script(name) for name in ("combobox", "form", "unsaved")],
        )

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
        return chosen(request, obj or self._source(request))

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
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # without links to other pages
        return field

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: ScheduledJob | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ScheduleForm]:
        choice = self._chosen(request, obj)
        fields = self._fields_of_call(request, choice, obj or self._source(request))
        base = type("ScheduleForm", (ScheduleForm,), fields)
        form = super().get_form(request, obj, change, **{"form": base, **kwargs})
        assert issubclass(form, ScheduleForm)
        form.choice = choice
        form.typed = fitting(asked(request).typed, choice)
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
        given = self._values_to_copy(request) | given
        kinds = (kind for kind, name in WHEN_FIELD.items() if given.get(name))
        kind = next(kinds, ScheduleType.CRON)
        return {
            "timezone": zone or settings.TIME_ZONE,
            "schedule_type": kind.value,
            **given,
        }

    def _values_to_copy(self, request: HttpRequest) -> dict[str, Any]:
        """The values of the schedule that the address names as `copy`, with another name."""
        schedule = self._to_copy(request)
        if schedule is None:
            return {}
        user = cast("User", request.user)
        name = name_of_copy(schedule, owner=user)
        return {**values_of(schedule), "name": name}

    def _source(self, request: HttpRequest) -> ScheduledJob | None:
        """The schedule that a new one is a copy of."""
        return self._copied(request) or self._to_copy(request)

    def _to_copy(self, request: HttpRequest) -> ScheduledJob | None:
        object_id = request.GET.get("copy", "")
        found = self.get_object(request, object_id) if object_id else None
        may = found is not None and self.has_view_permission(request, found)
        return found if may else None

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Whoever asks what the form means sees the page as typed, unsaved."""
        if asked(request):
            request = copy(request)
            request.method = "GET"
        return super().changeform_view(request, object_id, form_url, extra_context)

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
        if self._is_editable(request, obj):
            form = context["adminform"].form
            context |= self._shown(request, form) | {
                "preview_address": self._preview_address(obj),
                "load_address": reverse(
                    f"admin:{LOAD_REMARK}", current_app=self.admin_site.name
                ),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _shown(self, request: HttpRequest, form: ScheduleForm) -> dict[str, Any]:
        return {"shown": Shown(form, now_of(request), asked(request).writes)}

    def _preview_address(self, schedule: ScheduledJob | None) -> str:
        arguments = [schedule.pk] if schedule else []
        name = f"admin:{PREVIEW}" if schedule else f"admin:{PREVIEW_OF_NEW}"
        return reverse(name, args=arguments, current_app=self.admin_site.name)

    def preview_view(
        self, request: HttpRequest, object_id: str | None = None
    ) -> HttpResponse:
        """The parts of the form that depend on what is typed. Saves nothing."""
        schedule = self.get_object(request, object_id) if object_id else None
        if object_id and schedule is None:
            raise Http404
        may = (
            self.has_change_permission(request, schedule)
            if schedule
            else self.has_add_permission(request)
        )
        if not may:
            raise PermissionDenied
        form_class = self.get_form(request, schedule, change=schedule is not None)
        if schedule:
            form = form_class(instance=schedule)
        else:
            form = form_class(initial=self.get_changeform_initial_data(request))
        context = self._shown(request, form) | {
            "now": now_of(request),
            "zone": zone_of(request),
            "with_what": SHOW_FIELDS in request.POST,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "ostinato/schedules/form/parts.html", context)

    @override
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        preview = view(require_POST(self.preview_view))
        return [
            path(
                "objects/",
                view(ObjectsView.as_view(admin_site=self.admin_site)),
                name=URL_NAME,
            ),
            path("zones/", view(zones_view), name=ZONES),
            path("load-remark/", view(load_remark_view), name=LOAD_REMARK),
            path("preview/", preview, name=PREVIEW_OF_NEW),
            path("<path:object_id>/preview/", preview, name=PREVIEW),
            *super().get_urls(),
        ]

    @override
    def response_add(
        self, request: HttpRequest, obj: ScheduledJob, post_url_continue: Any = None
    ) -> HttpResponse:
        """Also of a copy."""
        self._tell(request, _("Created {}."), obj)
        if ADD_ANOTHER in request.POST:
            return redirect(request.get_full_path())
        return self.page_of(obj.pk)

    @override
    def response_change(self, request: HttpRequest, obj: ScheduledJob) -> HttpResponse:
        self._tell(request, _("Saved {}."), obj)
        return self.page_of(obj.pk)

    def _tell(self, request: HttpRequest, done: str, schedule: ScheduledJob) -> None:
        parts = [done.format(schedule.name)]
        if schedule.next_run_at and schedule.status == Status.ACTIVE:
            at = moment(schedule.next_run_at, zone_of(request), now_of(request))
            parts.append(_("Next run {}.").format(at))
        self.message_user(request, " ".join(parts), messages.SUCCESS)

    def _bases(self) -> dict[str, str]:
        return {
            **super()._bases(),  # type: ignore[misc]
            str(self.add_form_template): "admin/change_form.html",
        }

    @override
    def save_model(
        self, request: HttpRequest, obj: ScheduledJob, form: Any, change: bool
    ) -> None:
        """Do nothing: the service has saved a valid `ScheduleForm`."""
