"""The filters of the list of runs: by the time at which they were due, and by outcome."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules.admin.when import WhenFilter
from schedules.models import ENDED_OTHERWISE, OPEN_STATUSES, of_index
from workflows.admin.outcomes import OutcomeFilter


class DueFilter(WhenFilter):
    title = _("Due")
    column = "scheduled_for"


class RunOutcomeFilter(OutcomeFilter):
    """Finds what did not succeed, which is few of many, by an index of their own."""

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().queryset(request, queryset)
        assert found is not None  # Django's own filters find something always
        chosen = self.lookup_val or ()
        for statuses in (ENDED_OTHERWISE, OPEN_STATUSES):
            if any(status.value in chosen for status in statuses):
                found = found.filter(of_index(statuses))
        return found
