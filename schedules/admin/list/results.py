"""What the list of schedules finds: the rows of a page, and how many match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import InvalidPage
from django.db.models import Case, F, Q, When
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.http import urlencode
from typing_extensions import override

from schedules.admin.list.asking import asked
from schedules.admin.list.conditions import OUTCOME, SEARCH, conditions
from schedules.admin.list.rows import rows_of
from schedules.admin.list.views import (
    OF_THE_DISPLAY,
    Saved,
    Tally,
    View,
    tally,
    views,
)
from schedules.display.states import ShownState, counts
from schedules.models import SavedView, ScheduledJob, ScheduleQuerySet, Status
from workflows.admin.frame import zone_of
from workflows.kit.admin_lists import BoundedList

NEXT_RUN = "next_run_at"
# To look up more by their keys takes longer than to search again.
FEW_FOUND = 1_000
# Overdue ones first, then in the order in which they run; those without a next run last.
ORDER = (NEXT_RUN, "status", "name")

# A paused or ended schedule keeps the time of its next tick, but does not run then. A proposal
# stands where it would run.
RUNS_NEXT = Case(
    When(Q(status=Status.ACTIVE) | Q(awaits_approval=True), then=F(NEXT_RUN))
)


class ScheduleList(BoundedList):
    """Its number of queries is the same for any number of schedules, runs and saved views.

    The keys of a page are found first: to sort whole rows would cost ten times as much.
    """

    result_list: list[ScheduledJob]
    # Those that a search by itself finds, if they are few: it looks at every schedule.
    _found: list[UUID] | None = None

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        self.asked = asked(request)
        super().__init__(request, *args, **options)

    @override
    def get_results(self, request: HttpRequest) -> None:
        keys: Any = self.queryset.select_related(None).values_list("pk", flat=True)
        if self.params.keys() & {OUTCOME, SEARCH}:
            keys = list(keys)  # so costly that it is asked only once
        is_search = self.params.keys() - OF_THE_DISPLAY == {SEARCH}
        if is_search and len(keys) <= FEW_FOUND:
            self._found = keys
        per_page = self.list_per_page
        self.paginator = self.model_admin.get_paginator(request, keys, per_page)
        try:
            wanted = list(self.paginator.page(self.page_num).object_list)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        rows = self.root_queryset.select_related("workflow", "owner").in_bulk(wanted)
        self.result_list = [rows[key] for key in wanted if key in rows]
        shown = rows_of(self.result_list, self.asked.now, zone_of(request))
        for schedule in self.result_list:
            schedule.row = shown[schedule.pk]  # type: ignore[attr-defined]
        self.result_count = self.paginator.count
        self.full_result_count = self.tally.total
        self.show_full_result_count = True
        self.show_admin_actions = bool(self.result_count)
        self.can_show_all = False
        self.multi_page = self.result_count > per_page

    @override
    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """Whichever way it is sorted, schedules without a next run are last."""
        return [_nulls_last(part) for part in super().get_ordering(request, queryset)]

    @cached_property
    def tally(self) -> Tally:
        """How many schedules there are, of those that the person sees."""
        own = SavedView.objects.filter(owner=self.asked.user.pk)
        saved = [Saved(view.name, view.query) for view in own]
        return tally(self._visible, self.asked, saved)

    @cached_property
    def views(self) -> list[View]:
        return [view.marked_current(self.params) for view in views(self.tally)]

    @property
    def kept(self) -> str:
        """The parameters that a saved view keeps; empty if there are none."""
        return urlencode({k: v for k, v in self.params.items() if v and k != "_popup"})

    def without(self, name: str) -> ScheduleQuerySet:
        """The schedules that all other parameters leave, except the costly one."""
        if self._found is not None:
            return self._visible.with_ids(self._found)
        others = {key: self.params[key] for key in self.params.keys() - {name, OUTCOME}}
        return self._visible.filter(conditions(others, self.asked))

    def states_without_this_filter(self) -> Mapping[ShownState, int]:
        if self.params.keys() <= OF_THE_DISPLAY | {"state", OUTCOME}:
            return self.tally.states
        return counts(self.without("state"), self.asked.now)

    def shown_count(self, number: int) -> int | None:
        """The number beside a choice of a filter: not if one is set that it disregards."""
        return None if OUTCOME in self.params else number

    @property
    def _visible(self) -> ScheduleQuerySet:
        return cast("ScheduleQuerySet", self.root_queryset)


def _nulls_last(part: Any) -> Any:
    if part == NEXT_RUN:
        return RUNS_NEXT.asc(nulls_last=True)
    if part == f"-{NEXT_RUN}":
        return RUNS_NEXT.desc(nulls_last=True)
    return part
