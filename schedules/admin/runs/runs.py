"""Runs in the admin: the list, and the page of one with its buttons."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from schedules.admin.columns import titled_filter
from schedules.admin.history import HistoryAdmin
from schedules.admin.list.conditions import words
from schedules.admin.runs.filters import DueFilter, RunOutcomeFilter
from schedules.admin.runs.page import run_context
from schedules.display.reasons import run_reason, run_reason_in_full
from schedules.display.run_chart import lateness_of
from schedules.models import NEVER_RAN, ScheduledJob, ScheduledRun, Status
from schedules.services import Actor, may, run_now
from schedules.services.insight.named_runs import runs_named
from workflows.admin.execution_page import Tools
from workflows.admin.executions import refusals_told, values_at
from workflows.admin.frame import now_of, zone_of
from workflows.display.languages import in_language
from workflows.display.marks import mark_html, run_mark
from workflows.display.numbers import grouped
from workflows.display.times import length, moment, time_html, took
from workflows.kit.users import User
from workflows.models import WorkflowExecution
from workflows.services import CANCELLABLE, cancel_execution

MODEL = "ostinato_schedules_scheduledrun"
# A start that is later than this is coloured.
LATE_SECONDS = 10


class RunPages(HistoryAdmin):
    """The page of a run, and its two buttons."""

    change_form_template = "ostinato/schedules/runs/page.html"
    fields = ("schedule_name",)

    @override
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:run_id>/again/", wrap(self.again_view), name=f"{MODEL}_again"),
            path(
                "<uuid:run_id>/cancel/", wrap(self.cancel_view), name=f"{MODEL}_cancel"
            ),
            *super().get_urls(),
        ]

    def address(self, name: str, *args: object) -> str:
        return reverse(f"admin:{name}", args=args, current_app=self.admin_site.name)

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ScheduledRun | None = None,
    ) -> HttpResponse:
        if obj is not None:
            now, zone = now_of(request), zone_of(request)
            schedule = self._schedule(obj)
            context |= run_context(
                obj,
                schedule,
                self.admin_site,
                cast("User", request.user),
                now=now,
                zone=zone,
            )
            at = moment(obj.scheduled_for.replace(microsecond=0), zone, now)
            context |= {
                "title": f"{obj.schedule_name}, {at}",
                "at": at,
                "subtitle": None,
                "request_id": uuid4().hex,
                "tools": self.tools(request, obj, schedule),
                "values_at": values_at(self.admin_site, obj.execution_id)
                if obj.execution_id
                else "",
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _schedule(run: ScheduledRun) -> ScheduledJob | None:
        found = ScheduledJob.objects.select_related("owner", "workflow")
        return found.filter(pk=run.schedule_id).first()

    def tools(
        self, request: HttpRequest, run: ScheduledRun, schedule: ScheduledJob | None
    ) -> Tools:
        user = cast("User", request.user)
        may_run = (
            schedule is not None
            and schedule.status != Status.STOPPED
            and may(user, "run", schedule)
        )
        execution = run.execution
        canvas = "ostinato_workflows_workflowexecution_canvas"
        return Tools(
            canvas=self.address(canvas, execution.pk)
            if execution and execution.workflow_id
            else "",
            cancel=self.address(f"{MODEL}_cancel", run.pk)
            if execution and self._may_cancel(user, execution)
            else "",
            again=self.address(f"{MODEL}_again", run.pk) if may_run else "",
            again_word=_again_word(run, schedule),
        )

    @staticmethod
    def _may_cancel(user: User, execution: WorkflowExecution) -> bool:
        is_own = execution.owner_id == user.pk
        may_change = user.has_perm("ostinato_workflows.change_workflowexecution")
        is_live = execution.status in CANCELLABLE
        asked = execution.cancel_requested_at is not None
        return (is_own or may_change) and is_live and not asked

    def _seen(self, request: HttpRequest, run_id: UUID) -> ScheduledRun:
        """Raises 404 for a run that is not there, and 403 for one that may not be seen."""
        run = self.get_object(request, str(run_id))
        if run is None:
            raise Http404
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        return cast("ScheduledRun", run)

    def again_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run = self._seen(request, run_id)
        if request.method != "POST":
            return redirect(self.address(f"{MODEL}_change", run.pk))
        with refusals_told(request):
            run = run_now(
                run.schedule_id,
                actor=Actor.person(cast("User", request.user)),
                now=now_of(request),
                request_id=request.POST.get("request_id") or None,
            )
            messages.success(request, _("Started a run; this is its page."))
        return redirect(self.address(f"{MODEL}_change", run.pk))

    def cancel_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        run = self._seen(request, run_id)
        if request.method == "POST" and run.execution is not None:
            with refusals_told(request):
                user = cast("User", request.user)
                cancel_execution(run.execution, user=user, now=now_of(request))
                messages.success(
                    request, _("Asked it to stop: it ends within seconds.")
                )
        return redirect(self.address(f"{MODEL}_change", run.pk))


def _again_word(run: ScheduledRun, schedule: ScheduledJob | None) -> str:
    """Whether it gets what this run got: the payload may have been changed since."""
    event = run.execution.event if run.execution else {}
    if schedule is not None and event.get("payload") == schedule.payload:
        return _("Run again, same payload")
    return _("Run again")


@admin.register(ScheduledRun)
class RunAdmin(RunPages):
    list_filter = (
        ("status", RunOutcomeFilter),
        DueFilter,
        ("failure_kind", titled_filter(gettext_lazy("Failure"))),
        ("origin", titled_filter(gettext_lazy("Origin"))),
    )

    rows_class = "o-lines"

    class Media:
        css = {"all": ("schedules/runs.css",)}

    search_fields = ("schedule_name__has_text",)
    search_help_text = gettext_lazy("Search by schedule")
    list_display_links = None
    list_select_related = ("execution__owner",)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledRun]:
        runs: QuerySet[ScheduledRun] = super().get_queryset(request)
        return runs.select_related("execution", "execution__owner")

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = words(search_term)
        return runs_named(queryset, wanted) if wanted else queryset, False

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        now, zone = now_of(request), zone_of(request)

        @admin.display(description=_("Scheduled for"), ordering="scheduled_for")
        def at(run: ScheduledRun) -> SafeString:
            when = run.scheduled_for.replace(microsecond=0)
            text = moment(when, zone, now)
            if run.range_end is not None:
                upto = moment(run.range_end, zone, now)
                text = _("{at} to {upto}, {count} runs").format(
                    at=text, upto=upto, count=grouped(run.tick_count)
                )
            address = self.address(f"{MODEL}_change", run.pk)
            return format_html(
                '<a class="o-name" href="{}">{}</a>', address, time_html(when, text)
            )

        @admin.display(description=_("Late"), ordering="started_at")
        def late(run: ScheduledRun) -> str | SafeString:
            seconds = lateness_of(run)
            if seconds is None or run.status in NEVER_RAN:
                return ""
            text = length(seconds)
            if seconds < LATE_SECONDS:
                return text
            return format_html('<span class="o-state is-warn">{}</span>', text)

        @admin.display(description=_("Took"))
        def lasted(run: ScheduledRun) -> str:
            if run.started_at is None or run.status in NEVER_RAN:
                return ""
            return took(run.started_at, run.finished_at or now)

        return (at, "of_schedule", "outcome", "shown_origin", late, lasted, "tries")

    @admin.display(description=gettext_lazy("Outcome"), ordering="status")
    def outcome(self, run: ScheduledRun) -> SafeString:
        return format_html(
            '<span class="o-cell">{}<span class="o-quiet o-why" title="{}">{}</span></span>',
            mark_html(run_mark(run.status)),
            run_reason_in_full(run),
            run_reason(run),
        )

    @admin.display(description=gettext_lazy("Origin"), ordering="origin")
    def shown_origin(self, run: ScheduledRun) -> str:
        return in_language(run.get_origin_display())

    @admin.display(description=gettext_lazy("Attempt"), ordering="attempt")
    def tries(self, run: ScheduledRun) -> str:
        return str(run.attempt)
