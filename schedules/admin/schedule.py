"""The page of one schedule: its form, its state and its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from typing_extensions import override

from schedules.admin.buttons import COPY, Press, offered
from schedules.admin.changelist import ChangeListAdmin
from schedules.admin.columns import times
from schedules.admin.form import ScheduleForm
from schedules.admin.form_fields import form_options
from schedules.models import ScheduledJob, Status, UserProfile
from schedules.services.drafts.calls import mismatch
from schedules.services.drafts.draft import OF_WORKFLOW
from schedules.services.drafts.fields import FIELDS, SECTIONS, Door, Kind, fields_at
from workflows.templatetags.workflow_display import as_text

ROWS_OF_HISTORY = 20

REVIVAL = (
    "This schedule has stopped. To revive it, change its timing, its end or its maximum "
    "number of runs. To copy it, use “Save as new”."
)


def _fieldsets(
    *,
    first: tuple[str, ...] = (),
    last: tuple[str, ...] = (),
    read: bool = False,
    calls: bool = False,
) -> Any:
    """The sections of the field table, with extra fields in the `first` and the `last` one.
    To be `read` only, times are shown in the schedule's time zone and in UTC. A schedule that
    `calls` shows its call in place of what belongs to a workflow."""
    shown = SHOWN_TIMES if read else {}
    hidden = OF_WORKFLOW if calls else ()
    sets: list[tuple[str, list[Any], str]] = []
    for title, section, text in SECTIONS:
        fields = [
            shown.get(field.name, field.name)
            for field in fields_at(Door.ADMIN, section)
            if field.name not in hidden
        ]
        if fields:
            sets.append((title, fields, text))
    sets[0][1].extend([*(SHOWN_CALL if calls else ()), *first])
    sets[-1][1].extend(last)
    return [
        (title or None, {"fields": fields, "description": text})
        for title, fields, text in sets
    ]


SHOWN_TIMES = {
    field.name: times(field.name, field.label, zone="timezone")
    for field in fields_at(Door.ADMIN)
    if field.kind is Kind.TIME
}
# What a schedule calls; another page chooses it.
SHOWN_CALL = ("calls", "with_arguments", "call_fits")
FIELDSETS = _fieldsets(last=("version",))
# A new schedule may start out paused.
FIELDSETS_TO_ADD = _fieldsets(first=("status",), last=("version",))
FIELDSETS_TO_READ = _fieldsets(read=True)

# What only application code sets.
OF_CODE = ("key", "object", "when_object_gone")
KEPT_BY_CODE = (
    "Application code",
    {
        "fields": OF_CODE,
        "description": "Application code keeps this schedule under a key. What people change "
        "here stays as they have changed it, unless the code insists.",
    },
)


@admin.register(ScheduledJob)
class ScheduleAdmin(ChangeListAdmin):
    """Translates forms into service calls; it never saves a schedule itself."""

    form = ScheduleForm
    fieldsets = FIELDSETS
    save_as = True

    class Media:
        css = {"all": ("schedules/admin.css",)}

    def _is_editable(self, request: HttpRequest, schedule: ScheduledJob | None) -> bool:
        """Whether the form is shown; also for a stopped schedule, which a change revives."""
        return schedule is None or self.has_change_permission(request, schedule)

    @override
    def get_fieldsets(
        self, request: HttpRequest, obj: ScheduledJob | None = None
    ) -> Any:
        source = obj or self._copied(request)
        is_read = not self._is_editable(request, obj)
        if source is not None and source.call:
            first = () if obj else ("status",)
            last = () if is_read else ("version",)
            sets = _fieldsets(first=first, last=last, read=is_read, calls=True)
        elif obj is None:
            sets = FIELDSETS_TO_ADD
        else:
            sets = FIELDSETS_TO_READ if is_read else FIELDSETS
        return [*sets, KEPT_BY_CODE] if obj and obj.key else sets

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
        form = super().get_form(request, obj, change, **kwargs)
        assert issubclass(form, ScheduleForm)
        form.press = Press.of(request)  # the class was made for this request
        form.source = self._copied(request)
        return form

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
