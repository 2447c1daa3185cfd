"""What the input of a time zone asks while one types: the zones that are meant."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from schedules.admin.form.fields import ZONES
from schedules.admin.form.sentences import clock
from schedules.timing.zone_search import FoundZone, find_zones, offset_of
from workflows.admin.frame import now_of

__all__ = ["ZONES", "told", "zones_view"]


@require_safe
def zones_view(request: HttpRequest) -> JsonResponse:
    """As the autocomplete of the admin answers: `results` with `id` and `text`, and a `note`."""
    found = find_zones(request.GET.get("term", ""), now=now_of(request))
    results = [
        {"id": zone.name, "text": zone.name, "note": told(zone)} for zone in found
    ]
    return JsonResponse({"results": results})


def told(zone: FoundZone) -> str:
    """Such as "Germany, now 23:42, UTC+1"."""
    shown = _("now {}").format(clock(zone.local.replace(second=0)))
    return ", ".join([*zone.countries[:1], shown, offset_of(zone.local)])
