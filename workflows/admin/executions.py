"""The admin pages of executions: the list, and the page of one with what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from workflows import services
from workflows.admin.execution_page import (
    PART_NAMES,
    Tools,
    beyond,
    came_from,
    execution_context,
)
from workflows.admin.frame import Framed, frame, now_of, zone_of
from workflows.admin.outcomes import (
    FailureFilter,
    OutcomeFilter,
    TriggerFilter,
    trigger_word,
)
from workflows.admin.page_data import page_data
from workflows.admin.read_only import ModelAdmin, ReadOnly
from workflows.display.languages import in_language
from workflows.display.marks import mark_html, run_mark
from workflows.display.times import moment, time_html, took
from workflows.kit.admin_lists import BoundedPaginator, BoundedSearch
from workflows.kit.errors import NotAllowed, NotFound
from workflows.kit.refusals import refusal_of
from workflows.kit.users import User, full_name
from workflows.models import NodeRun, Workflow, WorkflowExecution

MODEL = "ostinato_workflows_workflowexecution"


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """A refusal of the body becomes a message; of what is not allowed, a page of its own."""
    try:
        yield
    except NotAllowed as error:
        raise PermissionDenied from error
    except NotFound as error:
        raise Http404 from error
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        messages.error(request, refusal.in_full)


class ExecutionPages(Framed, ModelAdmin):
    """The page of an execution, its drawing, its values as JSON, and its two buttons."""

    change_form_template = "ostinato/admin/execution/page.html"

    @override
    def get_urls(self) -> list[URLPattern]:
        own: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "canvas": ("canvas/", self.canvas_view),
            "cancel": ("cancel/", self.cancel_view),
            "again": ("again/", self.again_view),
            "value": ("nodes/<int:sequence>/<str:part>.json", self.value_view),
        }
        wrap = self.admin_site.admin_view
        pages = [
            path(f"<uuid:execution_id>/{rest}", wrap(view), name=f"{MODEL}_{name}")
            for name, (rest, view) in own.items()
        ]
        return [*pages, *super().get_urls()]

    def address(self, name: str, execution: WorkflowExecution, *more: object) -> str:
        site = self.admin_site.name
        args = (execution.pk, *more)
        return reverse(f"admin:{MODEL}_{name}", args=args, current_app=site)

    def visible(self, request: HttpRequest, execution_id: UUID) -> WorkflowExecution:
        """Raises 404 for one that is not there, and 403 for one that may not be seen."""
        execution = self.get_object(request, str(execution_id))
        if execution is None:
            raise Http404
        if not self.has_view_permission(request, execution):
            raise PermissionDenied
        return cast("WorkflowExecution", execution)

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: WorkflowExecution | None = None,
    ) -> HttpResponse:
        if obj is not None:
            now, zone = now_of(request), zone_of(request)
            user = cast("User", request.user)
            context |= execution_context(obj, self.admin_site, user, now=now, zone=zone)
            context |= {
                "title": _title(obj, request),
                "subtitle": None,
                "came": came_from(self.admin_site, obj),
                "tools": self.tools(request, obj),
                "values_at": values_at(self.admin_site, obj.pk),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def tools(self, request: HttpRequest, execution: WorkflowExecution) -> Tools:
        """What the user may do with it now."""
        user = cast("User", request.user)
        may_change = execution.owner_id == user.pk or user.has_perm(
            "ostinato_workflows.change_workflowexecution"
        )
        is_live = execution.status in services.CANCELLABLE
        asked = execution.cancel_requested_at is not None
        can_again = not is_live and beyond.can_again(execution, user)
        return Tools(
            canvas=self.address("canvas", execution) if execution.workflow_id else "",
            cancel=self.address("cancel", execution)
            if may_change and is_live and not asked
            else "",
            again=self.address("again", execution) if can_again else "",
        )

    def canvas_view(self, request: HttpRequest, execution_id: UUID) -> HttpResponse:
        execution = self.visible(request, execution_id)
        workflow = None
        if execution.workflow_id:
            seen = Workflow.objects.visible_to(cast("User", request.user))
            workflow = seen.filter(pk=execution.workflow_id).first()
        context = {
            **frame(request, self.admin_site, self.opts.label),
            "title": _title(execution, request),
            "back": self.address("change", execution),
            "page_data": page_data(
                request,
                self.admin_site,
                "execution",
                workflow=workflow,
                execution=execution,
            ),
        }
        template = "ostinato/admin/execution/replay.html"
        return TemplateResponse(request, template, context)

    def cancel_view(self, request: HttpRequest, execution_id: UUID) -> HttpResponse:
        execution = self.visible(request, execution_id)
        page = redirect(self.address("change", execution))
        if request.method != "POST":
            return page
        with refusals_told(request):
            user, now = cast("User", request.user), now_of(request)
            services.cancel_execution(execution, user=user, now=now)
            told = _("Cancelled.")
            if execution.status == WorkflowExecution.Status.RUNNING:
                told = _("Asked it to stop: it ends within seconds.")
            messages.success(request, told)
        return page

    def again_view(self, request: HttpRequest, execution_id: UUID) -> HttpResponse:
        execution = self.visible(request, execution_id)
        if request.method != "POST" or beyond.again is None:
            return redirect(self.address("change", execution))
        with refusals_told(request):
            user, now = cast("User", request.user), now_of(request)
            execution = beyond.again(execution, user=user, now=now)
            messages.success(request, _("Started a run with the same payload."))
        return redirect(self.address("change", execution))

    def value_view(
        self, request: HttpRequest, execution_id: UUID, sequence: int, part: str
    ) -> HttpResponse:
        """The input or output of a node, whole."""
        execution = self.visible(request, execution_id)
        if part not in PART_NAMES:
            raise Http404
        node = NodeRun.objects.filter(execution=execution, sequence=sequence).first()
        if node is None:
            raise Http404
        options = {"ensure_ascii": False, "indent": 2}
        return JsonResponse(getattr(node, part), safe=False, json_dumps_params=options)


@admin.register(WorkflowExecution)
class WorkflowExecutionAdmin(ReadOnly, BoundedSearch, ExecutionPages):
    list_filter = [
        ("status", OutcomeFilter),
        ("failure_kind", FailureFilter),
        ("trigger_type", TriggerFilter),
    ]
    list_select_related = ["owner"]
    list_per_page = 50
    search_fields = ["workflow_name__has_text"]
    search_help_text = gettext_lazy("Search by workflow")
    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    actions = None
    rows_class = "o-lines"
    fields = ["workflow_name"]

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        now, zone = now_of(request), zone_of(request)

        @admin.display(description=_("State"), ordering="status")
        def state(row: WorkflowExecution) -> SafeString:
            mark = mark_html(run_mark(row.status))
            why = (
                in_language(row.get_failure_kind_display()) if row.failure_kind else ""
            )
            return lines(mark, why)

        @admin.display(description=_("Started"), ordering="created_at")
        def began(row: WorkflowExecution) -> SafeString:
            at = row.started_at or row.created_at
            return time_html(at, moment(at.replace(microsecond=0), zone, now))

        @admin.display(description=_("Took"))
        def lasted(row: WorkflowExecution) -> str:
            if row.started_at is None:
                return ""
            return took(row.started_at, row.finished_at or now)

        return ("name", state, began, lasted, "trigger", "owner_name")

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"title": _("Executions")} | (extra_context or {})
        return super().changelist_view(request, more)

    @admin.display(description=gettext_lazy("Workflow"), ordering="workflow_name")
    def name(self, row: WorkflowExecution) -> str:
        return row.workflow_name

    @admin.display(description=gettext_lazy("Trigger"), ordering="trigger_type")
    def trigger(self, row: WorkflowExecution) -> str:
        return trigger_word(row.trigger_type)

    @admin.display(description=gettext_lazy("Runs as"), ordering="owner")
    def owner_name(self, row: WorkflowExecution) -> str:
        return full_name(row.owner) if row.owner else ""


def values_at(site: admin.AdminSite, execution_id: UUID) -> str:
    """Where the values of its nodes are, followed by a number and "/input.json"."""
    some = "0/input.json"
    args = (execution_id, 0, "input")
    address = reverse(f"admin:{MODEL}_value", args=args, current_app=site.name)
    return address.removesuffix(some)


def lines(first: str, second: str) -> SafeString:
    """A cell: what it is, and below that what explains it."""
    if not second:
        return format_html("{}", first)
    return format_html(
        '<span class="o-cell">{}<span class="o-quiet">{}</span></span>', first, second
    )


def _title(execution: WorkflowExecution, request: HttpRequest) -> str:
    """Which run it is, in words for people: its id says nothing to them."""
    began = (execution.started_at or execution.created_at).replace(microsecond=0)
    at = moment(began, zone_of(request), now_of(request))
    return f"{execution.workflow_name}, {at}"
