"""The filter of the list of runs by the time at which they were due."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from schedules.admin.when import WhenFilter


class DueFilter(WhenFilter):
    title = _("Due")
    column = "scheduled_for"
