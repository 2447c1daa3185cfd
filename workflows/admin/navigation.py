"""The links of the side bar: the pages of this admin site that the user may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse

# Label and icon of each page, in the order of the side bar.
PAGES = {
    "ostinato_schedules.ScheduledJob": ("Schedules", "calendar-clock"),
    "ostinato_schedules.ScheduledRun": ("Runs", "activity"),
    "ostinato_workflows.Workflow": ("Workflows", "workflow"),
    "ostinato_workflows.WorkflowExecution": ("Executions", "zap"),
    "ostinato_triggers.Webhook": ("Webhooks", "webhook"),
    "ostinato_schedules.ScheduleEvent": ("Audit trail", "scroll-text"),
}
SITE_PAGES = {
    "django_rq.Dashboard": ("Queues", "layers"),
    "ostinato_accounts.ApiToken": ("API tokens", "key-round"),
    settings.AUTH_USER_MODEL: ("People", "users"),
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    icon: str
    address: str
    is_current: bool


def links(request: HttpRequest, site: AdminSite, current: str) -> dict[str, list[Link]]:
    """The links to the pages, and to those of the site. `current`: the page that is open."""
    addresses = _addresses(site.get_app_list(request))
    index = reverse("admin:index", current_app=site.name)
    overview = Link("Overview", "gauge", index, is_current=False)
    return {
        "pages": [overview, *_links(PAGES, addresses, current)],
        "site_pages": _links(SITE_PAGES, addresses, current),
    }


def _links(
    pages: Mapping[str, tuple[str, str]], addresses: Mapping[str, str], current: str
) -> list[Link]:
    return [
        Link(label, icon, addresses[name], is_current=name == current)
        for name, (label, icon) in pages.items()
        if name in addresses
    ]


def _addresses(apps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{app['app_label']}.{model['object_name']}": model["admin_url"]
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
