"""The list of schedules in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from typing_extensions import override

from schedules.admin.actions import ActionsAdmin
from schedules.admin.list.asking import asked
from schedules.admin.list.columns import columns
from schedules.admin.list.conditions import SEARCH, SEARCHED, condition
from schedules.admin.list.filters import FILTERS
from schedules.admin.list.results import ORDER, ScheduleList
from schedules.display.short_ids import id_of
from schedules.exceptions import ScheduleNotFound
from schedules.models import ScheduledJob
from schedules.services.saved_views import save_view

if TYPE_CHECKING:
    from workflows.kit.users import User

RUN_ADDRESS = "ostinato_run"
SAVE_VIEW = "ostinato_save_view"
TICK = (
    '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
)


class ChangeListAdmin(ActionsAdmin):
    """Columns, filters, search and order of the list."""

    change_list_template = "ostinato/schedules/list/change_list.html"
    list_filter = FILTERS
    list_display_links = None  # the cell of the name has the link
    search_fields = SEARCHED
    search_help_text = gettext_lazy("Name, workflow or owner")
    list_per_page = 50
    ordering = ORDER
    actions_on_top = False
    actions_on_bottom = True
    show_facets = admin.ShowFacets.NEVER
    rows_class = "o-cards"
    hidden_headers = (gettext_lazy("Actions"),)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledJob]:
        return ScheduledJob.objects.visible_to(request.user)

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScheduleList

    @override
    def get_list_display(
        self, request: HttpRequest
    ) -> tuple[str | Callable[[ScheduledJob], str], ...]:
        return columns(self, request)

    @override
    def action_checkbox(self, obj: ScheduledJob) -> SafeString:
        """As Django's, without its form for each box."""
        spoken = _("Select {}").format(obj.name)
        return format_html(TICK, ACTION_CHECKBOX_NAME, obj.pk, spoken)

    @override
    def get_sortable_by(self, request: HttpRequest) -> Any:
        """All that have an order. Django would compare these columns with others made anew."""
        return None

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(condition(SEARCH, search_term, asked(request))), False

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"request_id": uuid4().hex} | (extra_context or {})
        try:
            return super().changelist_view(request, context)
        except ValidationError:
            # Django queries the selected ids, and one of them is not a valid UUID.
            self.message_user(request, ScheduleNotFound.message, messages.ERROR)
            return redirect(request.get_full_path())

    @override
    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("r/<slug:run>", guarded(self.run_view), name=RUN_ADDRESS),
            path("views/", guarded(require_POST(self.save_view)), name=SAVE_VIEW),
        ]
        return [*own, *super().get_urls()]

    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the parameters of the list, POSTed as `query`, under a `name`; then back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user, name = cast("User", request.user), request.POST.get("name", "")
        query = QueryDict(request.POST.get("query", "")).urlencode()
        with self.refusals_shown(request):
            view = save_view(user, name=name, query=query)
            told = _("Saved the view “{}”.").format(view.name)
            self.message_user(request, told, messages.SUCCESS)
        return redirect(f"{request.path.removesuffix('views/')}?{query}")

    def run_view(self, request: HttpRequest, run: str) -> HttpResponse:
        """The short address of a run: the page of the run."""
        id: UUID | None = id_of(run)
        if id is None:
            raise Http404
        page = f"{self.admin_site.name}:ostinato_schedules_scheduledrun_change"
        return redirect(page, id)
