"""The pages of ours that are no model's: overview, approvals, load map, calendar, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views import View

from schedules.admin.approvals.page import ApprovalsPage
from schedules.admin.calendar.views import CalendarView
from schedules.admin.load.views import LoadMapView
from schedules.admin.overview.view import OverviewView
from schedules.admin.people.settings_page import SettingsPage
from workflows.admin.navigation import Destination, Text, offer
from workflows.admin.outages import answering_outages

SEES_SCHEDULES = "ostinato_schedules.view_scheduledjob"


@dataclass(frozen=True, slots=True)
class Page:
    """One such page. Its view gets the admin site as `admin_site`, and passes
    `frame(request, admin_site, url_name)` to its template."""

    path: str  # below that of the list of schedules
    url_name: str
    view: type[View] | None  # None: not there yet
    label: Text
    icon: str
    permission: str = SEES_SCHEDULES  # to have it in the side bar; empty: all staff


PAGES = (
    Page(
        "overview/",
        "ostinato_overview",
        OverviewView,
        _("Overview"),
        "gauge",
        permission="",
    ),
    Page(
        "approvals/",
        "ostinato_approvals",
        ApprovalsPage,
        _("Approvals"),
        "stamp",
        permission="",  # one's own proposals, at least
    ),
    Page(
        "load/",
        "ostinato_load_map",
        LoadMapView,
        _("Load map"),
        "grid-3x3",
    ),
    Page(
        "calendar/",
        "ostinato_calendar",
        CalendarView,
        _("Calendar"),
        "calendar-days",
    ),
    Page(
        "my-settings/",
        "ostinato_my_settings",
        SettingsPage,
        _("Your settings"),
        "settings-2",
        permission="",
    ),
)

for page in PAGES:
    if page.view is not None:
        offer(Destination(page.url_name, page.label, page.icon, page.permission))


def page_urls(
    site: AdminSite, paths: Mapping[str, str] | None = None
) -> list[URLPattern]:
    """The addresses of the pages in this admin site; only those in `paths`, if it is given, by
    the names of their URLs."""
    return [
        path(
            page.path if paths is None else paths[page.url_name],
            answering_outages(site.admin_view(page.view.as_view(admin_site=site))),
            name=page.url_name,
        )
        for page in PAGES
        if page.view is not None and (paths is None or page.url_name in paths)
    ]
