"""The frame of every page of ours: navigation, state of the site, zone and time.

A page of its own passes `frame(request, site, current)` to a template that extends
`ostinato/admin/page.html`; a model's pages get it by the mixin `Framed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from typing_extensions import override

from workflows.admin.navigation import Count, links
from workflows.admin.outages import answering_outages
from workflows.admin.read_only import ModelAdmin
from workflows.kit.versions import own_version

clock = timezone.now  # noqa: TID251 - an entry point: here the clock of a page is read


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that keeps schedules from running, and what to do."""

    what: str
    remedy: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class SiteState:
    """The state of the site, as every page shows it."""

    pulse: str = ""  # such as "2 schedulers, 6 workers"; empty: not known
    is_alive: bool = True
    alarms: tuple[Alarm, ...] = ()

    @property
    def is_error(self) -> bool:
        return any(alarm.is_error for alarm in self.alarms)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a user wants the pages; empty: as the site has them."""

    zone: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What an app above `workflows` knows of the site and of who looks at it."""

    state: Callable[[datetime], SiteState] = lambda now: SiteState()
    wishes: Callable[[HttpRequest], Wishes] = lambda request: Wishes()
    counts: Callable[[HttpRequest], Mapping[str, Count]] = lambda request: {}
    about: Callable[[], str] = lambda: f"Ostinato {own_version()}"


_source = Source()


def fill_frame(source: Source) -> None:
    """Have the frame show what `source` knows. For the admin modules of other apps."""
    global _source
    _source = source


def now_of(request: HttpRequest) -> datetime:
    """The time at which a page is made: the clock is read once a request."""
    made: datetime = request.__dict__.setdefault("ostinato_now", clock())
    return made


def zone_of(request: HttpRequest) -> str:
    """The zone of the times on a page: that of the user, or else that of the site."""
    return _wishes(request).zone or settings.TIME_ZONE


def _wishes(request: HttpRequest) -> Wishes:
    wishes: Wishes | None = request.__dict__.get("ostinato_wishes")
    if wishes is None:
        wishes = request.__dict__["ostinato_wishes"] = _source.wishes(request)
    return wishes


def frame(request: HttpRequest, site: AdminSite, current: str) -> dict[str, Any]:
    """The context of a page of its own, that of every page of this admin site included.

    `current`: the page that is open: the label of its model, or the name of its URL.
    """
    # By this its templates find the pages of this admin site, whatever its name.
    request.current_app = site.name
    context = site.each_context(request)
    return context | around(request, site, current, context["available_apps"])


def around(
    request: HttpRequest,
    site: AdminSite,
    current: str,
    apps: Iterable[Mapping[str, Any]] | None,
) -> dict[str, Any]:
    """What the frame has in addition to the context of every page of an admin site."""
    counts = _source.counts(request)
    return {
        "is_framed": True,
        "is_nav_sidebar_enabled": True,
        "navigation": links(request, site, current, apps=apps, counts=counts),
        "now": now_of(request),
        "zone": zone_of(request),
        "theme": _wishes(request).theme,
        "site_state": _source.state(now_of(request)),
        "about": _source.about(),
    }


class Framed(ModelAdmin):
    """A mixin for the admin of a model: its pages are in the frame.

    The names of our templates are those of Django's below `ostinato/admin/`. One of a model's
    own extends them, or `ostinato/admin/page.html`.
    """

    change_list_template = "ostinato/admin/change_list.html"
    change_form_template = "ostinato/admin/change_form.html"
    delete_confirmation_template = "ostinato/admin/delete_confirmation.html"
    delete_selected_confirmation_template = (
        "ostinato/admin/delete_selected_confirmation.html"
    )
    object_history_template = "ostinato/admin/object_history.html"

    @property
    @override
    def urls(self) -> list[URLPattern]:
        patterns = self.get_urls()
        for pattern in patterns:
            pattern.callback = answering_outages(pattern.callback)
        return patterns

    @override
    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Django checks a lookup's value before it asks the database, but not its size."""
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, DataError) as refusal:
            raise IncorrectLookupParameters(refusal) from refusal

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        context = {"title": title} | (extra_context or {})
        return self.framed(request, super().changelist_view(request, context))

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        page = super().changeform_view(request, object_id, form_url, extra_context)
        return self.framed(request, page)

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return self.framed(
            request, super().delete_view(request, object_id, extra_context)
        )

    @override
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return self.framed(
            request, super().history_view(request, object_id, extra_context)
        )

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Its heading is the name of the object, in the place of "Change schedule"."""
        if context.get("subtitle"):
            context |= {"title": context["subtitle"], "subtitle": None}
        elif add and context["title"] == self._django_title():
            kind = self.opts.verbose_name
            context["title"] = _("New %(kind)s") % {"kind": kind}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _django_title(self) -> str:
        return _("Add %s") % self.opts.verbose_name

    def framed(self, request: HttpRequest, page: HttpResponse) -> HttpResponse:
        """A page of Django's, in the frame."""
        if not isinstance(page, TemplateResponse) or page.is_rendered:
            return page
        base = self._bases().get(str(page.template_name))
        if base is None:
            return page
        context = page.context_data or {}
        apps = context.get("available_apps")
        more = around(request, self.admin_site, self.opts.label, apps)
        page.context_data = {**context, **more, "page_base": base}
        return page

    def _bases(self) -> dict[str, str]:
        """The templates of Django that those of this admin surround."""
        return {
            str(getattr(self, f"{name}_template")): f"admin/{name}.html"
            for name in (
                "change_list",
                "change_form",
                "delete_confirmation",
                "delete_selected_confirmation",
                "object_history",
            )
        }
