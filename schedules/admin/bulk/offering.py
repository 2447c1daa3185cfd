"""Bulk actions in the list of schedules: which a person may use, and where each leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from typing_extensions import override

from schedules.admin.bulk.views import (
    ACTION,
    ACTIONS,
    CONTINUE,
    LEAVE,
    BulkActionsView,
    BulkActionView,
    ContinueView,
    LeaveView,
)
from schedules.admin.bulk.words import WORDS
from schedules.models import BulkAction, BulkVerb, ScheduledJob, ScheduleQuerySet
from schedules.services.bulk_actions import carrying_out
from workflows.admin.frame import now_of
from workflows.kit.admin import ServiceAdmin

if TYPE_CHECKING:
    from workflows.kit.users import User

    Action = Callable[
        ["BulkAdmin", HttpRequest, QuerySet[ScheduledJob]], HttpResponse | None
    ]


def _action(verb: str) -> Action:
    """The verb as an action of the list: it leads to the page that asks."""

    @admin.action(description=cast("Any", WORDS[verb].label), permissions=[verb])
    def act(
        modeladmin: BulkAdmin, request: HttpRequest, chosen: QuerySet[ScheduledJob]
    ) -> HttpResponse | None:
        return modeladmin.ask(request, verb, chosen)

    act.__name__ = verb
    return act


class BulkAdmin(ServiceAdmin):
    """The actions of the list, and their pages."""

    actions = [_action(verb) for verb in BulkVerb.values]

    def has_tag_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    @override
    def get_actions(
        self, request: HttpRequest, action_location: Any = None
    ) -> dict[str, Any]:
        """Without Django's own deletion: the verb `delete` is ours.

        `action_location` is given by Django 6.1 and later.
        """
        given = {"action_location": action_location} if action_location else {}
        offered = super().get_actions(request, **given)
        offered.pop("delete_selected", None)
        return offered

    def ask(
        self, request: HttpRequest, verb: str, chosen: QuerySet[ScheduledJob]
    ) -> HttpResponse | None:
        """To the page that asks; back to the list with a message if that cannot be."""
        with self.refusals_shown(request):
            action = carrying_out.ask(
                verb,
                cast("ScheduleQuerySet", chosen),
                user=cast("User", request.user),
                now=now_of(request),
                query=request.GET.urlencode(),
                is_all=request.POST.get("select_across") == "1",
            )
            site = self.admin_site.name
            page = reverse(f"admin:{ACTION}", args=[action.pk], current_app=site)
            return redirect(page)
        return None

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "unfinished_bulk": BulkAction.objects.filter(
                user=request.user.pk, confirmed_at__isnull=False, finished_at=None
            ).count(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    @override
    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        views = (
            ("bulk/", BulkActionsView, ACTIONS),
            ("bulk/<uuid:action_id>/", BulkActionView, ACTION),
            ("bulk/<uuid:action_id>/continue/", ContinueView, CONTINUE),
            ("bulk/<uuid:action_id>/leave/", LeaveView, LEAVE),
        )
        own = [
            path(where, site.admin_view(view.as_view(admin_site=site)), name=name)
            for where, view, name in views
        ]
        return own + super().get_urls()
