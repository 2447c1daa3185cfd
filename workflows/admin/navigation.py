"""The links of the side bar: the pages of this admin site that the user may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Destination:
    """A page that the side bar may lead to."""

    name: str  # of a model, or of the URL of a page that is no model's
    label: Text
    icon: str
    permission: str = ""  # to see a page that is no model's; empty: all staff

    @property
    def is_of_model(self) -> bool:
        return "." in self.name


OVERVIEW = "ostinato_overview"
# In the order of the side bar. Those without a label are offered by the apps above this one.
PAGES = (
    Destination(OVERVIEW, _("Overview"), "gauge"),
    Destination("ostinato_schedules.ScheduledJob", _("Schedules"), "calendar-clock"),
    Destination("ostinato_schedules.ScheduledRun", _("Runs"), "activity"),
    Destination("ostinato_approvals", "", ""),
    Destination("ostinato_load_map", "", ""),
    Destination("ostinato_calendar", "", ""),
    Destination("ostinato_workflows.Workflow", _("Workflows"), "workflow"),
    Destination("ostinato_workflows.WorkflowExecution", _("Executions"), "zap"),
    Destination("ostinato_triggers.Webhook", _("Webhooks"), "webhook"),
    Destination("ostinato_schedules.ScheduleEvent", _("Audit trail"), "scroll-text"),
)
SITE_PAGES = (
    Destination("django_rq.Dashboard", _("Queues"), "layers"),
    Destination("ostinato_accounts.ApiToken", _("API tokens"), "key-round"),
    Destination(settings.AUTH_USER_MODEL, _("People"), "users"),
    Destination("auth.Group", _("Groups"), "shield"),
)
INDEX = Destination("index", _("All pages"), "layout-grid")
ACCOUNT = (
    Destination("ostinato_my_settings", "", ""),
    Destination("ostinato_accounts.ApiToken", _("API tokens"), "key-round"),
)
_offered: dict[str, Destination] = {}
_index_is_overview = False


def offer(destination: Destination) -> None:
    """Have the side bar lead to a page of an app above this one."""
    _offered[destination.name] = destination


def show_overview_at_index() -> None:
    """The index of the admin sites is the overview, as on our own site: no list of all pages
    stands there."""
    global _index_is_overview
    _index_is_overview = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many things a page has, or how many of them ask for something."""

    text: str
    says: Text = ""  # for those who do not see the colour
    tone: str = ""  # "ask" or "bad"


@dataclass(frozen=True, slots=True)
class Link:
    label: Text
    icon: str
    address: str
    is_current: bool
    count: Count | None = None


def links(
    request: HttpRequest,
    site: AdminSite,
    current: str,
    *,
    apps: Iterable[Mapping[str, Any]] | None = None,
    counts: Mapping[str, Count] | None = None,
) -> dict[str, list[Link]]:
    """The links to the pages, to those of the site, and to those of the user.

    `current`: the page that is open; empty: the one below whose address it lies. `apps`: what this site has for this user, if that is known
    already. `counts`: what stands beside the links, by the name of the page.
    """
    addresses = _of_models(site.get_app_list(request) if apps is None else apps)
    addresses |= _of_own_pages(request, site)

    def is_current(page: Destination) -> bool:
        if current:
            return page.name == current
        has_more = page.name not in (OVERVIEW, INDEX.name)
        return has_more and request.path.startswith(addresses[page.name])

    def linked(pages: Iterable[Destination]) -> list[Link]:
        return [
            Link(
                page.label,
                page.icon,
                addresses[page.name],
                is_current=is_current(page),
                count=(counts or {}).get(page.name),
            )
            for page in (_offered.get(page.name, page) for page in pages)
            if page.name in addresses
        ]

    return {
        "pages": linked(PAGES),
        "site_pages": linked([*SITE_PAGES, INDEX]),
        "account": linked(ACCOUNT),
    }


def _of_models(apps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{app['app_label']}.{model['object_name']}": model["admin_url"]
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }


def _of_own_pages(request: HttpRequest, site: AdminSite) -> dict[str, str]:
    """A site without the overview has its index in that place."""
    found = {}
    for name, page in _offered.items():
        if not page.permission or request.user.has_perm(page.permission):
            with suppress(NoReverseMatch):
                found[name] = reverse(f"admin:{name}", current_app=site.name)
    index = reverse("admin:index", current_app=site.name)
    if _index_is_overview or OVERVIEW not in found:
        return found | {OVERVIEW: index}
    return found | {INDEX.name: index}
