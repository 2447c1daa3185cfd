"""Template filters for states, times and timings; the admin's columns call them too."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schedules import timing
from schedules.models import ActorKind, RunStatus, ScheduledJob, ScheduleEvent, Status
from schedules.services.insight.sentences import reason_text, timing_text
from schedules.timing import zones

register = template.Library()
register.filter(reason_text)

EMPTY = format_html('<span class="quiet">{}</span>', "-")

_MOMENT = "%a %Y-%m-%d %H:%M:%S"

# One shape for each state, on a grid of 16: colour alone must not distinguish states.
_CLOCK = (
    "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zm0 1.8a4.7 4.7 0 1 1 0 9.4a4.7 4.7 0 0 "
    "1 0-9.4zM7.1 4.8h1.7v3.1l2.2 1.5l-.9 1.4l-3-2z"
)
_PLAY = "M4.5 2.5v11l8.5-5.5z"
SHAPES: dict[str, str] = {
    Status.ACTIVE: _PLAY,
    Status.PAUSED: "M4 3h3v10H4zM9 3h3v10H9z",
    Status.STOPPED: "M3.5 3.5h9v9h-9z",
    RunStatus.PENDING: _CLOCK,
    RunStatus.WAITING: _CLOCK,
    RunStatus.RUNNING: _PLAY,
    RunStatus.SUCCEEDED: "M6.3 12.6L2.2 8.5l1.4-1.4l2.7 2.7l6.1-6.1l1.4 1.4z",
    RunStatus.FAILED: (
        "M4.1 2.7L8 6.6l3.9-3.9l1.4 1.4L9.4 8l3.9 3.9l-1.4 1.4L8 9.4l-3.9 3.9l-1.4-1.4L6.6 "
        "8L2.7 4.1z"
    ),
    RunStatus.CANCELLED: "M3 7h10v2H3z",
    RunStatus.SKIPPED: "M3 3v10l6.5-5zM10.5 3h2.2v10h-2.2z",
    RunStatus.MISSED: "M6.9 2h2.2v7.5H6.9zM6.9 11.3h2.2v2.2H6.9z",
}


@register.filter
def badge(state: str) -> SafeString:
    """The state of a schedule or a run as a shape, a colour and a word."""
    return format_html(
        '<span class="badge badge-{}"><svg viewBox="0 0 16 16" width="12" height="12" '
        'aria-hidden="true"><path d="{}"/></svg>{}</span>',
        state,
        SHAPES.get(state, SHAPES[RunStatus.CANCELLED]),
        state,
    )


@register.filter
def both_times(instant: datetime | None, zone: str | None = None) -> SafeString:
    """A time in `zone` and in UTC; only in UTC if `zone` is UTC, unknown or None."""
    if instant is None:
        return EMPTY
    universal = f"{instant.astimezone(UTC):{_MOMENT}} UTC"
    shown = format_html("<span>{}</span>", universal)
    if known_zone(zone) and zone != "UTC":
        shown = format_html(
            '<span>{}</span> <span>{}</span> <span class="quiet">{}</span>',
            f"{local_time(instant, zone):{_MOMENT}}",
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
    """The timing in English, or the problem if it has become invalid since it was saved."""
    try:
        return timing_text(schedule.timing, schedule.timezone)
    except timing.TimingError as error:
        return f"Invalid timing: {error}"


@register.filter
def who_acted(event: ScheduleEvent) -> str:
    """The user, an agent of the user ("alice (agent)"), or "system"."""
    if event.actor_kind == ActorKind.AGENT:
        return f"{event.actor_name} (agent)"
    return event.actor_name or event.actor_kind


@register.filter
def seconds_between(start: datetime | None, end: datetime | None) -> str | SafeString:
    """The duration in seconds, such as "0.4 s"; a dash unless both times are known."""
    if start is None or end is None:
        return EMPTY
    return f"{(end - start).total_seconds():,.1f} s"
