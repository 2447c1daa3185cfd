"""Expressions inside other text: a time zone, a label, or quotation marks."""

from __future__ import annotations

import re
from collections.abc import Callable

from schedules.timing import zones
from schedules.timing.dialects.advice import Advice, cron_fields
from schedules.timing.errors import TimingError, quoted
from schedules.timing.fields import MONTHS, WEEKDAYS

Inner = Callable[[str], Advice | None]

_ZONE = "The time zone is a separate field."
_BEFORE = re.compile(r"(?:cron_?)?(?:tz|time_?zone) ?[=:] ?(\S+) ?(.*)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:cron_?)?(?:tz|time_?zone)[=:](.+)", re.IGNORECASE)
_OFFSET = re.compile(r"(?:utc|gmt)?[+-][0-9]{1,2}(?::?[0-9]{2})?", re.IGNORECASE)
_ZULU = "Z"
_ABBREVIATION = re.compile(r"[A-Z]{3,5}")
_LABEL = re.compile(
    r"(?:- )?(?:cron(?:_?expression)?|schedule|oncalendar) ?[=:] ?(.+)", re.IGNORECASE
)
_QUOTES = "\"'`"
_AROUND = "()[],;"


def wrapped(text: str, inner: Inner) -> Advice | None:
    if text[0] in _QUOTES and text[-1] == text[0]:
        return _within("Omit the quotation marks.", text[1:-1], inner)
    if label := _LABEL.fullmatch(text):
        return _within("Omit the text before the value.", label[1], inner)
    if before := _BEFORE.fullmatch(text):
        zone, rest = before[1].strip(_QUOTES + ":;,"), before[2]
        return _zoned(zone, _within(_ZONE, rest, inner) if rest else Advice(_ZONE))
    return _begins_with_zone(text, inner) or _ends_with_zone(text, inner)


def _begins_with_zone(text: str, inner: Inner) -> Advice | None:
    first, _, rest = text.partition(" ")
    first = first.strip(_AROUND)
    if rest and "/" in first and zones.zone_named(first):
        return _zoned(first, _within(_ZONE, rest, inner))
    if rest and (zones.zone_named(first) or _OFFSET.fullmatch(first)):
        found = _within(_ZONE, rest, inner)
        if found.suggestion:
            return _zoned(first, found)
    return None


def _ends_with_zone(text: str, inner: Inner) -> Advice | None:
    rest, _, last = text.rpartition(" ")
    last = last.strip(_AROUND)
    if assigned := _ASSIGNED.fullmatch(last):
        last = assigned[1].strip(_QUOTES)
    has_command = "/" in rest and zones.of_city(last)
    if not rest or has_command or not _may_be_zone(last):
        return None
    rest = rest.removesuffix(" in").rstrip(",;")
    found = _within(_ZONE, rest, inner)
    return _zoned(last, found) if found.suggestion or inner(rest) else None


def _may_be_zone(word: str) -> bool:
    """Whether it is, or is meant as, a zone: Z, an offset, PST, a city, a misspelt name."""
    area, slash, _ = word.partition("/")
    return bool(
        zones.zone_named(word)
        or word == _ZULU
        or zones.of_city(word)
        or _OFFSET.fullmatch(word)
        or (_ABBREVIATION.fullmatch(word) and word.lower() not in (*WEEKDAYS, *MONTHS))
        or (slash and area.lower() in zones.areas())
    )


def _within(why: str, text: str, inner: Inner) -> Advice:
    """Advice for the inner `text`."""
    try:
        return Advice(why, cron_fields(text.strip()))
    except TimingError as error:
        found = inner(text)
        if found is None:
            return Advice(f"{why} The rest is not valid: {error}")
        return Advice(f"{why} {found.why}", found.suggestion)


def _zoned(zone: str, found: Advice) -> Advice:
    known = "UTC" if zone == _ZULU else zones.zone_named(zone)
    if known is None:
        name = zones.of_city(zone) or "a name such as Europe/Berlin"
        return Advice(
            f"{_ZONE} {quoted(zone)} is not an IANA time zone: set timezone to {name}, "
            "and cron_expression to the text without the zone."
        )
    if found.suggestion is None:
        return Advice(f"{found.why} Set timezone to {quoted(known)}.")
    if found.suggestion.get("timezone", known) != known:
        return Advice(
            f"{_ZONE} The expression names two: set timezone to the intended one."
        )
    return Advice(found.why, {**found.suggestion, "timezone": known})
