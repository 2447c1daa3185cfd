"""What the load map says in words: peaks, limits, clock changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.services.insight.load.found_peaks import FoundPeak
from schedules.services.insight.load.load_map import LoadMap
from schedules.services.insight.load.peaks import Peak
from schedules.services.insight.local_days import LocalDay
from schedules.timing.quarters import QUARTER
from workflows.display.numbers import grouped
from workflows.display.times import length

MINUTE = 60


def city(zone: str) -> str:
    """A zone as the heading names it: "Berlin"."""
    return zone.rpartition("/")[2].replace("_", " ")


def day_names(found: LoadMap) -> list[str]:
    """Such as "Sun 29"."""
    return [date_format(day.date, "D j") for day in found.days]


def clock(column: int) -> str:
    """The wall time at the beginning of a column."""
    return f"{column // 4:02}:{column % 4 * 15:02}"


def times(columns: range) -> str:
    """ "02:00", or "02:00 to 03:30" for several quarters."""
    if len(columns) == 1:
        return clock(columns.start)
    return _("{} to {}").format(clock(columns.start), clock(columns.stop))


def peak_name(found: LoadMap, peak: Peak) -> str:
    """ "Every day, 02:00", "Monday, 07:00", "Mon, Wed, 18:00"."""
    return _("{days}, {time}").format(days=_days(found, peak), time=times(peak.columns))


def _days(found: LoadMap, peak: Peak) -> str:
    ahead = {cell.day for cell in found.grid if cell.column == peak.columns.start}
    here = {*peak.days, *(found.grid[place].day for place in peak.moved)}
    if len(here) > 2 and here >= ahead:
        return _("Every day")
    days = [found.days[number].date for number in peak.days]
    if len(days) == 1:
        return date_format(days[0], "l")
    if sorted(day.weekday() for day in days) == [0, 1, 2, 3, 4]:
        return _("Monday to Friday")
    return _(", ").join(date_format(day, "D") for day in days)


def peak_text(found: LoadMap, peak: FoundPeak) -> str:
    """What is in the peak: one or two schedules by name, or their number."""
    if peak.names:
        what = _(" and ").join(peak.names)
    else:
        what = ngettext("{} schedule", "{} schedules", peak.schedules)
        what = what.format(grouped(peak.schedules))
        if peak.at_once == peak.schedules:
            what = _("{} at the same minute").format(what)
    if peak.seconds >= MINUTE:
        what = _("{what}, {length} each").format(what=what, length=length(peak.seconds))
    return "; ".join([what, *_moved(found, peak.peak)])


def _moved(found: LoadMap, peak: Peak) -> Iterator[str]:
    for place in peak.moved:
        cell = found.grid[place]
        day = date_format(found.days[cell.day].date, "l")
        yield _("on {day} at {time}").format(day=day, time=clock(cell.column))


def clock_changes(days: Sequence[LocalDay]) -> list[str]:
    """Such as "Sunday has no hour from 02:00 to 03:00"."""
    return [
        (
            _("{day} has no time from {old} to {new}")
            if change.new > change.old
            else _("{day} has the time from {new} to {old} twice")
        ).format(
            day=date_format(day.date, "l"),
            old=f"{change.old:%H:%M}",
            new=f"{change.new:%H:%M}",
        )
        for day in days
        for change in day.changes
    ]


def quarter_title(found: LoadMap, place: int) -> str:
    """What a quarter says when the pointer is on it."""
    cell, runs = found.grid[place], found.load.runs[place]
    return _("{day} {time}: {runs}, {busy} workers busy").format(
        day=date_format(found.days[cell.day].date, "D"),
        time=clock(cell.column),
        runs=runs_text(runs),
        busy=busy_text(found.load.seconds[place] / (QUARTER.total_seconds())),
    )


def runs_text(runs: int) -> str:
    return ngettext("{} run", "{} runs", runs).format(grouped(runs))


def busy_text(busy: float) -> str:
    """A number of workers: "0.4", "12"."""
    return grouped(busy, 0 if busy >= 10 or busy == int(busy) else 1)


def two_digits(number: float) -> int:
    """Rounded to two digits that count: "about 200", "about 1,300"."""
    whole = round(number)
    places = max(0, len(str(whole)) - 2)
    return round(whole, -places)


def summary(found: LoadMap) -> str:
    if found.by_runs:
        what = ngettext(
            "Runs expected in each quarter of an hour of the next seven days, from {} "
            "active schedule.",
            "Runs expected in each quarter of an hour of the next seven days, from {} "
            "active schedules.",
            found.schedules,
        )
    else:
        what = ngettext(
            "Workers that are kept busy in each quarter of an hour of the next seven days, "
            "by {} active schedule.",
            "Workers that are kept busy in each quarter of an hour of the next seven days, "
            "by {} active schedules.",
            found.schedules,
        )
    return what.format(grouped(found.schedules))


def value_text(found: LoadMap, value: float) -> str:
    """A number of runs, or of busy workers."""
    return grouped(round(value)) if found.by_runs else busy_text(value)


def scale_end(found: LoadMap, limit: float) -> str:
    """The end of the scale: one and a half times the limit."""
    most = 1.5 * limit
    if found.by_runs:
        return _("{} or more runs").format(grouped(two_digits(most)))
    return _("{} or more workers").format(busy_text(most))


def remarks(found: LoadMap) -> list[str]:
    """What the workers can handle, and what the map does not know."""
    said = []
    if found.slots:
        said.append(
            ngettext(
                "{workers} worker handles about {runs} in a quarter of an hour.",
                "{workers} workers handle about {runs} in a quarter of an hour.",
                found.slots,
            ).format(
                workers=grouped(found.slots),
                runs=runs_text(two_digits(found.limit_runs)),
            )
        )
    else:
        said.append(_("No worker is running: nothing says how much is too much."))
    if not found.is_measured:
        said.append(
            _("No run has ended yet: each is taken to last {}.").format(
                length(found.seconds)
            )
        )
    if found.left_out:
        said.append(
            ngettext(
                "{} schedule is not counted.",
                "{} schedules are not counted.",
                found.left_out,
            ).format(grouped(found.left_out))
        )
    if found.undelayed:
        said.append(
            ngettext(
                "The random delay of {} schedule is left out.",
                "The random delays of {} schedules are left out.",
                found.undelayed,
            ).format(grouped(found.undelayed))
        )
    return said


def by_hour(found: LoadMap) -> list[tuple[str, list[str]]]:
    """The map as a table: for each hour, the number of each day; of busy workers the most."""
    together: dict[tuple[int, int], float] = {}
    for cell, value in zip(found.grid, found.values, strict=True):
        hour = cell.column // 4, cell.day
        before = together.get(hour, 0.0)
        together[hour] = before + value if found.by_runs else max(before, value)
    return [
        (
            f"{hour:02}:00",
            [
                value_text(found, together[hour, day])
                if (hour, day) in together
                else "-"
                for day in range(len(found.days))
            ],
        )
        for hour in range(24)
    ]
