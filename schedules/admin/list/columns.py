"""The columns of the list of schedules: their names, order, and who sees what in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.admin.buttons import offered
from schedules.admin.list import cells
from schedules.admin.list.asking import asked
from schedules.admin.list.row_actions import Rights, row_actions
from schedules.admin.list.rows import Row
from schedules.display.states import ShownState, in_state
from schedules.models import ScheduledJob
from schedules.services import may
from workflows.admin.canvas import CANVAS
from workflows.models import Workflow
from workflows.models.workflow import sees_all

if TYPE_CHECKING:
    from schedules.admin.list.changelist import ChangeListAdmin

Column = Callable[[ScheduledJob], SafeString]


def columns(page: ChangeListAdmin, request: HttpRequest) -> tuple[Column, ...]:
    """Each takes a schedule to which `ScheduleList` has given its `row`."""
    links = Links(page, request)
    return (
        _column("name", _("Schedule"), links.name, "name"),
        _column("shown_status", _("State"), cells.state, _by_state(request)),
        _column("next_run", _("Next run"), cells.next_run, "next_run_at"),
        _column("last_runs", _("Last 24 runs"), cells.last_runs),
        _column("workflow", _("Workflow, owner"), links.workflow, "workflow__name"),
        _column("actions", _("Actions"), links.actions),
    )


def _column(
    name: str, label: str, cell: Callable[[Row], SafeString], order: Any = None
) -> Column:
    @admin.display(description=label, ordering=order)
    def column(schedule: ScheduledJob) -> SafeString:
        return cell(schedule.row)  # type: ignore[attr-defined]

    column.__name__ = name
    return column


def _by_state(request: HttpRequest) -> Case:
    """In the order in which a person looks at them."""
    now = asked(request).now
    return Case(
        *(When(in_state(state, now), Value(at)) for at, state in enumerate(ShownState))
    )


class Links:
    """The cells with links and buttons, as this person may use them."""

    def __init__(self, page: ChangeListAdmin, request: HttpRequest) -> None:
        self.page = page
        self.request = request
        self.site = page.admin_site.name
        self.is_popup = IS_POPUP_VAR in request.GET
        # Saving leads back to the list as it is now.
        kept = [page.get_preserved_filters(request), "_popup=1" * self.is_popup]
        self.kept = "&".join(filter(None, kept))
        self.all_workflows = sees_all(request.user, Workflow)
        self.may_add = page.has_add_permission(request)

    def name(self, row: Row) -> SafeString:
        pk = row.schedule.pk
        address = f"{pk}/change/?{self.kept}" if self.kept else f"{pk}/change/"
        opener: SafeString | str = ""
        if self.is_popup:
            opener = format_html(' data-popup-opener="{}"', pk)
        return cells.name(row, address, opener)

    def workflow(self, row: Row) -> SafeString:
        found = row.schedule.workflow
        if not (self.all_workflows or found.owner_id == self.request.user.pk):
            return cells.workflow(row, "")
        name = f"admin:{CANVAS}"
        return cells.workflow(
            row, reverse(name, args=[found.pk], current_app=self.site)
        )

    def actions(self, row: Row) -> SafeString:
        schedule, user = row.schedule, self.request.user
        rights = Rights(
            change=may(user, "change", schedule),
            delete=may(user, "delete", schedule),
            backfill=may(user, "backfill", schedule),
            add=self.may_add,
        )
        return row_actions(schedule, offered(schedule, user), rights)
