"""Times and durations as pages show them: relative first, exact below, UTC on hover.

Dates follow the language of the page: translators choose the order of day and month.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

MINUTE, HOUR, DAY = 60, 3600, 86400
# Within these days, a weekday names the day.
NAMED_BY_WEEKDAY = timedelta(days=6)


def length(seconds: float) -> str:
    """A duration: "0.6 s", "48.2 s", "2 min 40 s", "2 h 18 min", "3 days"; a whole number
    of seconds has no decimals: "38 s"."""
    if round(seconds, 1) < MINUTE:
        decimals = 0 if isinstance(seconds, int) else 1
        return _("{} s").format(number_format(round(seconds, 1), decimals))
    whole = round(seconds)
    if whole < HOUR:
        return _two(whole, MINUTE, _("{} min"), 1, _("{} s"))
    return _rough(whole)


def took(began: datetime | None, ended: datetime | None) -> str:
    """The time between, never less than nothing; empty if one is unknown."""
    if began is None or ended is None:
        return ""
    return length(max(0.0, (ended - began).total_seconds()))


def relative(at: datetime, now: datetime) -> str:
    """How far away: "in 18 s", "in 2 h 18 min", "in 3 days", "1 h ago", "just now"."""
    seconds = round((at - now).total_seconds())
    if abs(seconds) < 1:
        return _("just now")
    if seconds > 0:
        return _("in {}").format(_until(seconds))
    return _("{} ago").format(_since(-seconds))


def _until(seconds: int) -> str:
    if seconds < MINUTE:
        return _("{} s").format(seconds)
    if seconds < 3 * MINUTE:
        return _two(seconds, MINUTE, _("{} min"), 1, _("{} s"))
    if seconds < HOUR:
        return _("{} min").format(seconds // MINUTE)
    return _rough(seconds)


def _since(seconds: int) -> str:
    if seconds < MINUTE:
        return _("{} s").format(seconds)
    if seconds < HOUR:
        return _("{} min").format(seconds // MINUTE)
    if seconds < DAY:
        return _("{} h").format(seconds // HOUR)
    return _days(seconds)


def _rough(seconds: int) -> str:
    if seconds < DAY:
        return _two(seconds, HOUR, _("{} h"), MINUTE, _("{} min"))
    return _days(seconds)


def _days(seconds: int) -> str:
    days = seconds // DAY
    return ngettext("{} day", "{} days", days).format(number_format(days))


def _two(seconds: int, unit: int, large: str, part: int, small: str) -> str:
    """In two units; the second is left out if it is zero."""
    rest = seconds % unit // part
    first = large.format(seconds // unit)
    return f"{first} {small.format(rest)}" if rest else first


def local(at: datetime, zone: str) -> datetime:
    """The wall time in the IANA zone; in UTC if the time has none there: a schedule may end
    on the last day of the calendar."""
    try:
        return at.astimezone(ZoneInfo(zone))
    except OverflowError:
        return at.astimezone(UTC)


def moment(at: datetime, zone: str, now: datetime) -> str:
    """The wall time in the IANA zone, as short as it is clear from `now`: "03:00" today,
    "Sun 03:00" within six days, else "Mon 30 Mar, 16:15", with the year if it is another.
    Seconds are shown unless they are zero."""
    there, today = local(at, zone), local(now, zone)
    clock = date_format(there, "H:i:s" if there.second else "H:i")
    if there.date() == today.date():
        return clock
    if abs(there.date() - today.date()) <= NAMED_BY_WEEKDAY:
        return f"{date_format(there, 'D')} {clock}"
    return f"{day(at, zone, now)}, {clock}"


def day(at: datetime, zone: str, now: datetime) -> str:
    """The date in the IANA zone: "Mon 30 Mar", with the year if it is another than now."""
    there, today = local(at, zone), local(now, zone)
    if there.year == today.year:
        # Translators: letters of Django's filter `date`.
        return date_format(there, pgettext("weekday, day and month", "D j M"))
    return date_format(there, pgettext("weekday, day, month and year", "D j M Y"))


def universal(at: datetime) -> str:
    """The exact time in UTC, such as "2026-03-29 01:00:00 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def time_html(at: datetime, text: str) -> SafeString:
    """`text` as a `time` element, with the exact time in UTC as its title."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        universal(at),
        text,
    )
