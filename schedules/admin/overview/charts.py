"""The charts of the overview as numbers for their templates: percent across, pixels down."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.models import RunStatus
from schedules.services.insight.overview.hour_ahead import MINUTES, HourAhead, Peak
from schedules.services.insight.overview.run_hours import HOURS, LastDay, RunHour
from workflows.display.numbers import grouped
from workflows.display.times import local

# The next hour, in pixels.
BASE, TALLEST = 124.0, 65.0
LEVELS = (1, 22)  # the tops of the two lines of names
MOST_NAMES, LONGEST_NAME = 4, 30
# The width of a letter in percent of the narrowest chart that shows names.
LETTER = 0.85
QUARTER = 15
# The last day, in pixels.
AXIS, ABOVE, BELOW = 118.0, 96.15, 34.85
PER_FAILURE = 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    css: str
    x: str  # percent, as is the width
    y: str
    width: str
    height: str
    title: str
    place: int = 0  # of its hour


@dataclass(frozen=True, slots=True)
class Label:
    """A time below the axis."""

    x: str
    text: str
    anchor: str = "middle"
    is_wide: bool = False  # left out on narrow screens


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a peak, above its bar."""

    x: str
    top: int  # of the text
    line_top: int
    foot: str  # of the line from the text down to the bar
    time: str
    text: str
    is_left: bool  # it ends at the line


@dataclass(frozen=True, slots=True)
class HourChart:
    bars: list[Bar]
    labels: list[Label]
    names: list[Name]
    table: list[tuple[str, int]]
    finding: str


def hour_chart(hour: HourAhead, zone: str) -> HourChart:
    """The runs of the next hour by minutes, times in `zone`."""
    times = [date_format(local(hour.at(m), zone), "H:i") for m in range(MINUTES)]
    scale = TALLEST / max(*hour.runs, 1)
    heights = [max(2.0, runs * scale) if runs else 0.0 for runs in hour.runs]
    bars = [
        Bar(
            "c-ahead",
            _percent(100 * (minute + 0.18) / MINUTES),
            _pixels(BASE - height),
            _percent(64 / MINUTES),
            _pixels(height),
            _runs(hour.runs[minute]),
        )
        for minute, height in enumerate(heights)
        if height
    ]
    table = [(times[m], hour.runs[m]) for m in range(MINUTES) if hour.runs[m]]
    names = [
        Name(
            _percent(_middle(peak.minute)),
            LEVELS[level],
            LEVELS[level] + 15,
            _pixels(BASE - heights[peak.minute]),
            times[peak.minute],
            text,
            is_left,
        )
        for peak, text, level, is_left in placed(hour, times)
    ]
    return HourChart(bars, _quarters(times), names, table, _finding(hour, times))


def _middle(minute: int) -> float:
    return 100 * (minute + 0.5) / MINUTES


def _quarters(times: list[str]) -> list[Label]:
    """The quarter hours, without those that "Now" covers."""
    return [
        Label(_percent(_middle(minute)), time, is_wide=minute < 10)
        for minute, time in enumerate(times)
        if int(time[-2:]) % QUARTER == 0 and 2 < minute < MINUTES - 1
    ]


def _finding(hour: HourAhead, times: list[str]) -> str:
    if not hour.total:
        return _("No run is expected in the next hour.")
    most = max(hour.runs)
    return _(
        "Runs expected in each minute of the next hour: {low} to {high}, most at {time}."
    ).format(low=min(hour.runs), high=most, time=times[hour.runs.index(most)])


def placed(hour: HourAhead, times: list[str]) -> list[tuple[Peak, str, int, bool]]:
    """The peaks whose names have room: with text, level, and whether it lies to the left."""
    taken: list[tuple[int, float, float]] = []  # level, from, to
    lines: list[float] = []  # that cross the second level
    found: list[tuple[Peak, str, int, bool]] = []
    for peak in hour.peaks:
        text = _peak_name(peak, times[peak.minute])
        x, width = _middle(peak.minute), LETTER * (len(text) + 7)
        place = _room(x, width, taken, lines)
        if place is None:
            continue
        level, is_left = place
        taken.append((level, x - width, x) if is_left else (level, x, x + width))
        if level == 0:
            lines.append(x)
        found.append((peak, text, level, is_left))
        if len(found) == MOST_NAMES:
            break
    return sorted(found, key=lambda each: each[0].minute)


def _room(
    x: float, width: float, taken: list[tuple[int, float, float]], lines: list[float]
) -> tuple[int, bool] | None:
    for level in range(len(LEVELS)):
        for is_left, begin in ((False, x), (True, x - width)):
            end = begin + width
            is_inside = begin >= 0 and end <= 100
            is_free = all(
                end < other or begin > upto for at, other, upto in taken if at == level
            )
            crosses = level == 0 and any(
                at == 1 and other <= x <= upto for at, other, upto in taken
            )
            is_crossed = level == 1 and any(begin <= line <= end for line in lines)
            if is_inside and is_free and not (crosses or is_crossed):
                return level, is_left
    return None


def _peak_name(peak: Peak, time: str) -> str:
    if peak.name:
        return _clipped(peak.name)
    if not peak.singles:
        return _runs(peak.runs)
    if time == "00:00":
        return ngettext(
            "{} schedule at midnight", "{} schedules at midnight", peak.singles
        ).format(grouped(peak.singles))
    return ngettext("{} schedule", "{} schedules", peak.singles).format(
        grouped(peak.singles)
    )


def _clipped(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _runs(number: int) -> str:
    return ngettext("{} run", "{} runs", number).format(grouped(number))


@dataclass(frozen=True, slots=True)
class DayChart:
    bars: list[Bar]
    labels: list[Label]
    grid: list[tuple[str, str, int]]  # y of line and text, number
    finding: str
    outlier: tuple[str, str, str] | None  # x, anchor, text


def day_chart(day: LastDay, zone: str) -> DayChart:
    """The runs of the last 24 hours, times in `zone`."""
    times = [date_format(local(hour.begins, zone), "H:i") for hour in day.hours]
    above = [
        hour.number(RunStatus.SUCCEEDED) + hour.number(RunStatus.MISSED)
        for hour in day.hours
    ]
    top = round_number(max(above))
    worst_failed = max(hour.number(RunStatus.FAILED) for hour in day.hours)
    scales = ABOVE / top, min(PER_FAILURE, BELOW / max(worst_failed, 1))
    bars = [
        bar
        for place, hour in enumerate(day.hours)
        for bar in _bars(place, hour, *scales)
    ]
    grid = [
        (_pixels(AXIS - ABOVE * share), _pixels(AXIS - ABOVE * share + 4), number)
        for share, number in ((0, 0), (0.5, top // 2), (1, top))
    ]
    return DayChart(bars, _hours(times), grid, _day_finding(day, times), _outlier(day))


def round_number(most: int) -> int:
    """The smallest of 2, 4, 10, 20, 50, 100, 200 ... that is not less: half of it is whole."""
    if most <= 4:
        return 2 if most <= 2 else 4
    unit = int(10 ** math.floor(math.log10(most)))
    return next(unit * step for step in (1, 2, 5, 10) if unit * step >= most)


def _bars(place: int, hour: RunHour, scale: float, per_failure: float) -> list[Bar]:
    x, width = _percent(4 * place + 0.64), "2.72"
    bars = []
    y = AXIS
    succeeded, missed, failed = (
        hour.number(status)
        for status in (RunStatus.SUCCEEDED, RunStatus.MISSED, RunStatus.FAILED)
    )
    if succeeded:
        height = max(2.0, succeeded * scale)
        y -= height
        title = _("{} succeeded").format(grouped(succeeded))
        bars.append(Bar("c-ok", x, _pixels(y), width, _pixels(height), title, place))
    if missed:
        height = max(3.0, missed * scale)
        title = _("{} missed").format(grouped(missed))
        top = _pixels(y - 2 - height)
        bars.append(Bar("b-missed", x, top, width, _pixels(height), title, place))
    if failed:
        height = max(2.0, failed * per_failure)
        title = _("{} failed").format(grouped(failed))
        bars.append(
            Bar("b-bad", x, _pixels(AXIS + 2), width, _pixels(height), title, place)
        )
    return bars


def _hours(times: list[str]) -> list[Label]:
    every_third = [place for place in range(HOURS) if int(times[place][:2]) % 3 == 0]
    return [
        Label(
            "0" if place == 0 else _percent(4 * place + 2),
            times[place],
            anchor="start" if place == 0 else "middle",
            is_wide=number % 2 == 1,
        )
        for number, place in enumerate(every_third)
    ]


def _day_finding(day: LastDay, times: list[str]) -> str:
    each = round(day.runs / HOURS)
    text = _("Runs an hour over the last 24 hours: about {} an hour").format(each)
    worst = day.worst
    if worst is None:
        return f"{text}."
    at = times[day.hours.index(worst)]
    more = _("; in the hour from {time} on, {what}.")
    return text + more.format(time=at, what=went_wrong(worst))


def went_wrong(hour: RunHour) -> str:
    """ "41 failed, 96 missed"."""
    parts = [
        (_("{} failed"), hour.number(RunStatus.FAILED)),
        (_("{} missed"), hour.number(RunStatus.MISSED)),
    ]
    return ", ".join(text.format(grouped(n)) for text, n in parts if n)


def _outlier(day: LastDay) -> tuple[str, str, str] | None:
    """The sentence at the worst hour: only if it stands out from the others."""
    worst = day.worst
    if worst is None:
        return None
    others = sorted(hour.gone_wrong for hour in day.hours)[HOURS // 2]
    if worst.gone_wrong <= 2 * others:
        return None
    place = day.hours.index(worst)
    is_left = place > HOURS // 2
    x = 4 * place + (0.2 if is_left else 3.8)
    return _percent(x), "end" if is_left else "start", went_wrong(worst)


def _percent(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


_pixels = _percent
