"""The drawings of the load map: the map, its narrow form, its scale, and the bars of a peak.

They are those of the design guide, section 9: percent across, pixels down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from schedules.services.insight.load.load_map import LoadMap
from schedules.services.insight.load.peaks import Peak

COLUMNS = 96
ROW, HEIGHT = 33, 30
HOUR_ROW, HOUR_HEIGHT = 13, 12
MAP_HEIGHT = 7 * ROW + 18
# A quarter is drawn darker from each of these shares of what the workers can do.
STEPS = (0.0, 0.125, 0.375, 0.75, 1.0, 1.5)
Title = Callable[[int], str]


def step(value: float, limit: float) -> int:
    """From 0 to 6; 5 and 6 are above the limit."""
    share = value / limit if limit else 0.0
    return sum(share > bound for bound in STEPS)


def drawn_map(
    found: LoadMap, values: Sequence[float], limit: float, title: Title
) -> SafeString:
    """The quarters as rectangles, a row a day; the peaks framed, with their letters."""
    parts = [
        *_quarters(found, values, limit, title),
        *_gaps(found),
        *(part for each in found.peaks for part in _frames(found, each.peak)),
        *_hours(),
    ]
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and titles that are escaped


def _quarters(
    found: LoadMap, values: Sequence[float], limit: float, title: Title
) -> Iterator[str]:
    twice = {(cell.day, cell.column) for cell in found.grid if cell.is_repeated}
    for place, cell in enumerate(found.grid):
        x = 100 * cell.column / COLUMNS + 0.06
        y, height = cell.day * ROW, float(HEIGHT)
        if (cell.day, cell.column) in twice:
            height = HEIGHT / 2 - 0.5
            y += HEIGHT // 2 if cell.is_repeated else 0
        yield (
            f'<rect class="h-{step(values[place], limit)}" x="{x:.2f}%" y="{y}" '
            f'width="0.92%" height="{height:g}" rx="1.5">'
            f"<title>{escape(title(place))}</title></rect>"
        )


def _gaps(found: LoadMap) -> Iterator[str]:
    """A dash where the clock skips an hour."""
    for number, day in enumerate(found.days):
        for change in day.changes:
            if change.new <= change.old:
                continue
            middle = change.old + (change.new - change.old) / 2
            x = 100 * (middle.hour * 4 + middle.minute / 15) / COLUMNS
            yield (
                f'<svg x="{x:.2f}%" y="{number * ROW}" overflow="visible">'
                '<text class="t-accent" x="0" y="19" text-anchor="middle">&ndash;</text></svg>'
            )


def _frames(found: LoadMap, peak: Peak) -> Iterator[str]:
    for first, days in _in_rows(peak.days):
        yield from _frame(first, days, peak.columns, peak.letter)
    for place in peak.moved:
        cell = found.grid[place]
        yield from _frame(cell.day, 1, range(cell.column, cell.column + 1), peak.letter)


def _in_rows(days: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the number of days that follow each other."""
    for _, together in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        run = [day for _, day in together]
        yield run[0], len(run)


def _frame(first: int, days: int, columns: range, letter: str) -> Iterator[str]:
    x, width = 100 * columns.start / COLUMNS - 0.1, 100 * len(columns) / COLUMNS + 0.2
    y, height = first * ROW - 2, days * ROW + 1
    yield (
        f'<rect class="o-heat__peak" x="{x:.2f}%" y="{y}" width="{width:.2f}%" '
        f'height="{height}" rx="3"/>'
    )
    # The letter is at the right, near the edge at the left.
    at_left = columns.stop > COLUMNS - 3
    edge, flag = (x, -19) if at_left else (x + width, 3)
    yield (
        f'<svg x="{edge:.2f}%" y="{y}" overflow="visible">'
        f'<rect class="o-heat__flag" x="{flag}" y="1" width="16" height="16" rx="3"/>'
        f'<text class="o-heat__letter" x="{flag + 8}" y="13" text-anchor="middle">'
        f"{letter}</text></svg>"
    )


def _hours() -> Iterator[str]:
    for hour in range(0, 25, 3):
        anchor = {0: "start", 24: "end"}.get(hour, "middle")
        yield (
            f'<text x="{100 * hour / 24:g}%" y="{MAP_HEIGHT - 5}" '
            f'text-anchor="{anchor}">{hour:02}:00</text>'
        )


def drawn_narrow(
    found: LoadMap, values: Sequence[float], limit: float, title: Title
) -> SafeString:
    """Days across and hours down: each hour as its fullest quarter."""
    fullest: dict[tuple[int, int], int] = {}
    for place, cell in enumerate(found.grid):
        hour = cell.day, cell.column // 4
        if hour not in fullest or values[place] > values[fullest[hour]]:
            fullest[hour] = place
    width = 100 / 7
    parts = [
        f'<rect class="h-{step(values[place], limit)}" x="{day * width + 0.4:.2f}%" '
        f'y="{hour * HOUR_ROW}" width="{width - 0.8:.2f}%" height="{HOUR_HEIGHT}" rx="2">'
        f"<title>{escape(title(place))}</title></rect>"
        for (day, hour), place in fullest.items()
    ]
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and titles that are escaped


def drawn_scale() -> SafeString:
    return mark_safe(  # noqa: S308 - numbers
        "".join(
            f'<rect class="h-{number}" x="{20 * number}" width="19" height="10" rx="1.5"/>'
            for number in range(7)
        )
    )


BARS, BAR_HEIGHT, BAR_FLOOR = 6, 96, 104


def drawn_bars(
    values: Sequence[float],
    labels: Sequence[str],
    numbers: Sequence[str],
    *,
    limit: float,
    highest: float,
    limit_text: str = "",
) -> SafeString:
    """A bar a quarter, with its number above and its time below, and the limit as a line."""
    pitch = 100 / len(values)
    limit_y = BAR_FLOOR - BAR_HEIGHT * limit / highest
    parts = [
        f'<line class="c-limit" x1="0" x2="100%" y1="{limit_y:.2f}" y2="{limit_y:.2f}"/>'
    ]
    for place, value in enumerate(values):
        height = BAR_HEIGHT * value / highest
        top, middle = BAR_FLOOR - height, (place + 0.5) * pitch
        strong = "t-strong" if value > limit else ""
        parts.append(
            f'<rect class="h-{step(value, limit)}" x="{place * pitch + 1.67:.2f}%" '
            f'y="{top:.2f}" width="{pitch - 3.33:.2f}%" height="{height:.2f}" rx="2"/>'
            f'<text x="{middle:.2f}%" y="{top - 4:.2f}" text-anchor="middle" '
            f'class="{strong}">{escape(numbers[place])}</text>'
        )
    if limit_text:
        parts.append(
            f'<text class="t-bad" x="100%" y="{limit_y - 5:.2f}" text-anchor="end">'
            f"{escape(limit_text)}</text>"
        )
    parts += [
        f'<text x="{(place + 0.5) * pitch:.2f}%" y="119" text-anchor="middle">{escape(label)}</text>'
        for place, label in enumerate(labels)
    ]
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and texts that are escaped
