"""The days of a month as cells of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.calendar.addresses import Addresses
from schedules.admin.calendar.words import entry_short
from schedules.services.insight.calendar.entries import TOGETHER, Entry
from schedules.services.insight.calendar.month import CalendarDay, Weeks
from workflows.display.marks import mark_html, run_mark
from workflows.display.numbers import grouped

# A cell has room for so many names.
MOST_NAMES = 5
BAR_HEIGHT = 11
BARS = 24
_LOOKS = {"paused": "o-tick--paused", "proposed": "o-tick--ask"}


@dataclass(frozen=True, slots=True)
class Tick:
    """A named run in a cell."""

    address: str
    look: str
    time: str
    name: str
    mark: SafeString | str


@dataclass(frozen=True, slots=True)
class Cell:
    look: str
    number: int
    weekday: str
    label: str
    address: str
    is_today: bool
    ticks: list[Tick]
    more: int
    bars: SafeString
    count: str
    failed: str


def month_cells(found: Weeks, month: date, addresses: Addresses) -> list[Cell]:
    is_now = (found.today.year, found.today.month) == (month.year, month.month)
    highest = max(
        ran + coming
        for day in found.days
        for ran, coming in zip(day.ran, day.coming, strict=True)
    )
    return [
        _cell(day, found.today, month, addresses, highest=highest, is_now=is_now)
        for day in found.days
    ]


def _cell(
    day: CalendarDay,
    today: date,
    month: date,
    addresses: Addresses,
    *,
    highest: int,
    is_now: bool,
) -> Cell:
    here = day.day.date
    looks = [
        "o-day--out" if here.month != month.month else "",
        # The narrow list of the current month begins with today.
        "o-day--past" if is_now and here < today else "",
        "o-day--today" if here == today else "",
    ]
    shown = (
        day.entries if len(day.entries) <= MOST_NAMES else day.entries[: MOST_NAMES - 1]
    )
    return Cell(
        look=" ".join(look for look in looks if look),
        number=here.day,
        weekday=date_format(here, "D"),
        label=date_format(here, "l j F"),
        address=addresses.day(here),
        is_today=here == today,
        ticks=[_tick(entry, day, addresses) for entry in shown],
        more=len(day.entries) - len(shown),
        bars=_bars(day, highest),
        count=_count(day, today),
        failed=_failed(sum(day.failed)),
    )


def _tick(entry: Entry, day: CalendarDay, addresses: Addresses) -> Tick:
    look = "o-tick--moved" if entry.moved_from else _LOOKS.get(entry.kind, "")
    return Tick(
        address=addresses.entry(entry, day.day.date),
        look=look,
        time=f"{day.day.wall(entry.at):%H:%M}",
        name=entry_short(entry),
        mark=_mark(entry),
    )


def _mark(entry: Entry) -> SafeString | str:
    """Of a run that did not simply succeed."""
    if not entry.is_run or entry.kind == "succeeded" or entry.schedules >= TOGETHER:
        return ""
    return mark_html(run_mark(entry.kind), small=True, word_hidden=True)


def _bars(day: CalendarDay, highest: int) -> SafeString:
    """A bar an hour: what ran, with what failed at its foot, or what will run."""
    parts = []
    for hour in range(BARS):
        x = f"{100 * hour / BARS:.4g}%"
        ran, failed, coming = day.ran[hour], day.failed[hour], day.coming[hour]
        total = ran + coming
        if not total:
            continue
        height = max(2, round(BAR_HEIGHT * total / highest))
        look = "b-ok" if ran >= coming else "c-ahead"
        parts.append(_bar(look, x, height))
        if failed:
            parts.append(_bar("b-bad", x, max(2, round(height * failed / total))))
    return mark_safe("".join(parts))  # noqa: S308 - numbers


def _bar(look: str, x: str, height: int) -> str:
    y = BAR_HEIGHT + 1 - height
    return f'<rect class="{look}" x="{x}" y="{y}" width="3%" height="{height}"/>'


def _count(day: CalendarDay, today: date) -> str:
    ran, coming = sum(day.ran), sum(day.coming)
    if not day.is_counted:
        return _("more than {}").format(grouped(ran)) if ran else _("not counted")
    if day.day.date == today:
        return _("{} left").format(grouped(coming))
    total = ran + coming
    return grouped(total) if total else ""


def _failed(failed: int) -> str:
    if not failed:
        return ""
    return ngettext("{} failed", "{} failed", failed).format(grouped(failed))


def weekday_names(days: Sequence[CalendarDay]) -> list[str]:
    return [date_format(day.day.date, "D") for day in days[:7]]
