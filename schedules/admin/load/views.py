"""The load map: the page, the review of the moves that it suggests, and their account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from schedules.admin.load import drawing, words
from schedules.admin.load.account import account_of
from schedules.admin.load.applying import make_moves, read_moves
from schedules.admin.load.peak_card import PeakCard, peak_card
from schedules.models import ScheduledJob
from schedules.services import Actor
from schedules.services.insight.health import facts_now
from schedules.services.insight.load.found_peaks import FoundPeak
from schedules.services.insight.load.load_map import LoadMap, load_map
from schedules.services.insight.load.suggestion import suggest
from workflows.admin.frame import frame, now_of, zone_of
from workflows.kit.errors import DomainError

if TYPE_CHECKING:
    from workflows.kit.users import User

URL_NAME = "ostinato_load_map"
# The page waits no longer for Redis to say how many workers there are.
WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class PeakRow:
    """A peak in the list."""

    letter: str
    name: str
    text: str
    number: str
    unit: str


class LoadMapView(View):
    """GET shows the map; with `?peak=B` what to do about another peak than the first, with
    `?review=B` all the moves for it. POST makes those that are ticked."""

    admin_site: AdminSite = cast("AdminSite", None)  # as_view() fills it

    def get(self, request: HttpRequest) -> HttpResponse:
        by_runs = request.GET.get("show") == "runs"
        found = map_for(request, by_runs=by_runs)
        wanted = request.GET.get("review") or request.GET.get("peak")
        peak = _chosen(found, wanted)
        card = self._card(request, found, peak) if peak else None
        if card and card.moves and "review" in request.GET:
            return self._page(request, "review", title=card.title, card=card)
        return self._page(
            request,
            "map",
            title=_("Load map"),
            card=card,
            peaks=[_row(found, each) for each in found.peaks],
            **_map_context(found),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            moves = read_moves(request.POST.getlist("move"))
        except DomainError as refusal:
            messages.error(request, refusal.in_full)
            return redirect(self._address())
        if not moves:
            messages.warning(request, _("Nothing changed: no schedule was chosen."))
            return redirect(self._address())
        user, now = cast("User", request.user), now_of(request)
        outcomes = make_moves(moves, actor=Actor.person(user), now=now)
        account = account_of(outcomes, user)
        return self._page(request, "account", title=account.title, account=account)

    def _card(self, request: HttpRequest, found: LoadMap, peak: FoundPeak) -> PeakCard:
        def may_change(schedule: ScheduledJob) -> bool:
            return self._schedules.has_change_permission(request, schedule)

        now = now_of(request)
        suggestion = suggest(found, peak, may_change=may_change, now=now)
        return peak_card(found, suggestion, now)

    @property
    def _schedules(self) -> ModelAdmin[ScheduledJob]:
        return self.admin_site.get_model_admin(ScheduledJob)

    def _address(self) -> str:
        return reverse(f"admin:{URL_NAME}", current_app=self.admin_site.name)

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        framed = frame(request, self.admin_site, URL_NAME)
        template = f"ostinato/schedules/load/{name}.html"
        more = {"city": words.city(framed["zone"]), "address": self._address()}
        return TemplateResponse(request, template, framed | more | context)


def map_for(request: HttpRequest, *, by_runs: bool = False) -> LoadMap:
    """The map of the schedules that the person may see."""
    now = now_of(request)
    at_once = facts_now(now, wait=WAIT_SECONDS).at_once
    sees_all = ScheduledJob.objects.all_visible_to(cast("User", request.user))
    owner = None if sees_all else request.user.pk
    return load_map(
        owner=owner,
        zone=zone_of(request),
        slots=at_once or 0,
        by_runs=by_runs,
        now=now,
    )


def _chosen(found: LoadMap, letter: str | None) -> FoundPeak | None:
    """The peak with the letter, or else the first."""
    by_letter = {peak.peak.letter: peak for peak in found.peaks}
    return by_letter.get(letter or "") or next(iter(found.peaks), None)


def _row(found: LoadMap, each: FoundPeak) -> PeakRow:
    value = float(each.runs) if found.by_runs else each.busy
    return PeakRow(
        each.peak.letter,
        words.peak_name(found, each.peak),
        words.peak_text(found, each),
        words.value_text(found, value),
        _("runs") if found.by_runs else _("workers"),
    )


def _map_context(found: LoadMap) -> dict[str, Any]:
    values = found.values
    # Without workers there is nothing to compare with: the fullest quarter is a medium one.
    limit = found.most if found.slots else max(values, default=0.0)

    def title(place: int) -> str:
        return words.quarter_title(found, place)

    return {
        "found": found,
        "day_names": words.day_names(found),
        "height": drawing.MAP_HEIGHT,
        "drawn": drawing.drawn_map(found, values, limit, title),
        "drawn_narrow": drawing.drawn_narrow(found, values, limit, title),
        "scale": drawing.drawn_scale(),
        "scale_end": words.scale_end(found, limit),
        "clock_changes": words.clock_changes(found.days),
        "remarks": words.remarks(found),
        "summary": words.summary(found),
        "by_hour": words.by_hour(found),
    }
