"""Times and timings as pages and columns of the admin show them."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules import timing
from schedules.models import ActorKind, ScheduledJob, ScheduleEvent
from schedules.services.insight.sentences import timing_text
from schedules.timing import zones
from workflows.display.languages import in_language

register = template.Library()
EMPTY = format_html('<span class="quiet">{}</span>', "-")

_MOMENT = "D Y-m-d H:i:s"


def both_times(instant: datetime | None, zone: str | None = None) -> SafeString:
    """A time in `zone` and in UTC; only in UTC if `zone` is UTC, unknown or None."""
    if instant is None:
        return EMPTY
    universal = f"{date_format(instant.astimezone(UTC), _MOMENT)} UTC"
    shown = format_html("<span>{}</span>", universal)
    if known_zone(zone) and zone != "UTC":
        shown = format_html(
            '<span>{}</span> <span>{}</span> <span class="quiet">{}</span>',
            date_format(local_time(instant, zone), _MOMENT),
            zone,
            universal,
        )
    stamp = f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return format_html('<time datetime="{}">{}</time>', stamp, shown)


def known_zone(zone: str | None) -> bool:
    """Whether the time zone database has the zone; it may have left since it was saved."""
    return zone in zones.timezone_names()


def local_time(instant: datetime, zone: str | None) -> datetime:
    """The wall time in `zone`; in UTC if the zone is not known."""
    # An `end_at` on the last day of the calendar has no wall time east of Greenwich.
    bounded = min(max(instant, zones.EARLIEST), zones.LATEST)
    return zones.wall_time(bounded, zone if zone and known_zone(zone) else "UTC")


@register.filter
def in_words(schedule: ScheduledJob) -> str:
    """The timing in the language of the page, or the problem if it has become invalid since it
    was saved."""
    try:
        return in_language(timing_text(schedule.timing, schedule.timezone))
    except timing.TimingError as error:
        return _("Invalid timing: {}").format(error)


def who_acted(event: ScheduleEvent) -> str:
    """The user, an agent of the user ("alice (agent)"), or "system"."""
    if event.actor_kind == ActorKind.AGENT:
        return f"{event.actor_name} (agent)"
    return event.actor_name or event.actor_kind
