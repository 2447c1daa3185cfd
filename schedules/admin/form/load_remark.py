"""The remark on load beside the preview: what else runs when the next run begins.

It has a request of its own, since the map of a large site takes longer than a preview.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from schedules.admin.load.views import URL_NAME as LOAD_MAP
from schedules.admin.load.views import map_for
from schedules.services.insight.load.remark import LoadAt, load_at
from workflows.admin.frame import now_of, zone_of
from workflows.display.numbers import grouped
from workflows.display.times import moment

LOAD_REMARK = "ostinato_load_remark"


@require_safe
def load_remark_view(request: HttpRequest) -> JsonResponse:
    """The remark on the time `at`, and where the load map is; an empty text for none."""
    try:
        at = parse_datetime(request.GET.get("at", ""))
    except ValueError:
        at = None
    text = remark(request, at) if at and at.tzinfo else ""
    current_app = request.resolver_match.namespace if request.resolver_match else None
    address = reverse(f"admin:{LOAD_MAP}", current_app=current_app)
    return JsonResponse({"text": text, "address": address, "link": _("Load map")})


def remark(request: HttpRequest, at: datetime) -> str:
    found = load_at(map_for(request), at)
    if found is None:
        return ""
    peak = _("The peak is {at}, with {runs}.").format(
        at=moment(found.peak_at, zone_of(request), now_of(request)),
        runs=grouped(found.peak_runs),
    )
    return f"{_here(found)} {peak}" if found.peak_runs > found.runs else _here(found)


def _here(found: LoadAt) -> str:
    text = ngettext(
        "{} run in that quarter of an hour",
        "{} runs in that quarter of an hour",
        found.runs,
    ).format(grouped(found.runs))
    if found.is_over:
        return _("A busy time: {}, more than the workers can do.").format(text)
    if found.is_quiet:
        return _("A quiet time: {}.").format(text)
    return f"{text}."
