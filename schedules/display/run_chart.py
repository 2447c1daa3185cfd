"""The chart of the last runs of a schedule: how long they took, and how late they started.

Up is how long each took, down how late it started; the drawing is that of the design guide,
section 9. Pure: from rows of the ledger to shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.display.last_runs import sentence
from schedules.models import NEVER_RAN, RunStatus, ScheduledRun
from workflows.display.marks import run_mark
from workflows.display.times import day, length

COUNT = 100
FEWEST_PLACES = 60
# The bars begin here, in percent, so that the scale has room before them.
LEFT = 4.0
HEIGHT, TOP, AXIS, BELOW = 176, 18.4, 112.0, 115.0
DEEPEST = 32.0
# A run that starts later than this is late; to this depth the scale below is linear.
LATE = 10.0
# The longest durations at the top of the scale, in seconds.
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800)
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: class, place and width in percent, top and height in pixels, title."""

    css: str
    x: float
    y: float
    width: float
    height: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    x: float
    y: float
    anchor: str = "start"
    css: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """`top`: the duration at the top, in seconds. `limit`: whether it is the time limit."""

    top: float
    limit: bool
    bars: list[Bar]
    labels: list[Label]
    finding: str


def seconds_of(run: ScheduledRun, now: datetime) -> float:
    """How long the run took, or has been running; 0 if it never started."""
    if run.started_at is None or run.status in NEVER_RAN:
        return 0.0
    return max(0.0, ((run.finished_at or now) - run.started_at).total_seconds())


def lateness_of(run: ScheduledRun) -> float | None:
    """How late its first attempt started; None if that is not known."""
    if run.started_at is None or run.attempt > 1:
        return None
    return max(0.0, (run.started_at - run.due_at).total_seconds())


def chart(
    runs: Sequence[ScheduledRun], *, limit: float, zone: str, now: datetime
) -> Chart:
    """The chart of these runs, newest first. `limit`: the time limit, in seconds."""
    shown = list(reversed(runs[:COUNT]))
    longest = max((seconds_of(run, now) for run in shown), default=0.0)
    is_limit = longest >= limit / 4
    top = limit if is_limit else scale(longest)
    places = max(FEWEST_PLACES, len(shown))
    begin, pitch = places - len(shown), (100 - LEFT) / places
    bars: list[Bar] = []
    for place, run in enumerate(shown, begin):
        left, width = LEFT + pitch * (place + 0.17), pitch * 0.66
        bars += _up(run, left, width, seconds_of(run, now) / top)
        bars += _down(run, left, width)
    labels = [*_dates(shown, LEFT + pitch * begin, zone, now)]
    labels += _outlier(shown, begin, pitch)
    return Chart(top, is_limit, bars, labels, finding(shown, now))


def scale(longest: float) -> float:
    """The round duration at or above the longest."""
    for step in _STEPS:
        if longest <= step:
            return step
    return (longest // _HOUR + 1) * _HOUR


def _up(run: ScheduledRun, x: float, width: float, share: float) -> Iterator[Bar]:
    word = str(run_mark(run.status).word)
    took = min(1.0, share) * (AXIS - TOP)
    match run.status:
        case RunStatus.SUCCEEDED:
            height = max(1.5, took)
            yield Bar("c-ok", x, AXIS - height, width, height, word)
        case RunStatus.FAILED:
            height = max(16.0, took)
            top = AXIS - height
            yield Bar("b-bad", x, top, width, 5, word)
            yield Bar("b-bad", x, top + 7, width, height - 7, word)
        case RunStatus.RUNNING:
            height = max(4.0, took)
            yield Bar("b-busy", x, AXIS - height, width, height, word)
        case RunStatus.MISSED:
            yield Bar("b-missed", x, AXIS - 17, width, 17, word)
        case RunStatus.CANCELLED:
            yield Bar("b-idle", x, AXIS - 9, width, 9, word)
        case _:
            css = "b-idle" if run.status == RunStatus.SKIPPED else "b-busy"
            yield Bar(css, x, AXIS - 4, width, 4, word)


def _down(run: ScheduledRun, x: float, width: float) -> Iterator[Bar]:
    late = lateness_of(run)
    if late is not None:
        css = "b-warn" if late > LATE else "b-busy"
        depth = min(DEEPEST, max(1.5, DEEPEST * late / LATE))
        yield Bar(css, x, BELOW, width, depth, _("{} late").format(length(late)))


def _dates(
    shown: Sequence[ScheduledRun], first: float, zone: str, now: datetime
) -> Iterator[Label]:
    """The days of the first, the middle and the last run."""
    if not shown:
        return
    y, last = HEIGHT - 6, day(shown[-1].scheduled_for, zone, now)
    yield Label(
        _("today") if last == day(now, zone, now) else last, 100, y, anchor="end"
    )
    if len(shown) * 2 > FEWEST_PLACES:
        middle = shown[len(shown) // 2].scheduled_for
        yield Label(
            day(middle, zone, now), (first + 100) / 2, y, anchor="middle", css="t-wide"
        )
    if len(shown) * 4 > FEWEST_PLACES:
        yield Label(day(shown[0].scheduled_for, zone, now), first, y)


def _outlier(
    shown: Sequence[ScheduledRun], begin: int, pitch: float
) -> Iterator[Label]:
    """The run that started latest, if it was late."""
    late = [(lateness_of(run) or 0.0, place) for place, run in enumerate(shown, begin)]
    worst, place = max(late, default=(0.0, 0))
    if worst > LATE:
        left = LEFT + pitch * place
        at_right = left > 50
        yield Label(
            _("{} late").format(length(worst)),
            left if at_right else left + pitch,
            141,
            anchor="end" if at_right else "start",
            css="t-warn",
        )


def finding(shown: Sequence[ScheduledRun], now: datetime) -> str:
    """What the chart shows, in words."""
    parts = [sentence(Counter(run.status for run in shown))]
    took = [seconds_of(run, now) for run in shown if run.status == "succeeded"]
    if took:
        parts.append(
            _("They took {usual} as a rule, and {longest} at most.").format(
                usual=length(median(took)), longest=length(max(took))
            )
        )
    late = [at for run in shown if (at := lateness_of(run)) is not None]
    if late:
        parts.append(_("The latest start was {} late.").format(length(max(late))))
    return " ".join(parts)


def svg(drawn: Chart) -> SafeString:
    """The chart as SVG: percent across, pixels down, so that text keeps its size."""
    lines = format_html_join(
        "",
        '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>',
        (
            (css, _number(y), _number(y))
            for css, y in (
                ("c-grid", (AXIS + TOP) / 2),
                ("c-limit" if drawn.limit else "c-grid", TOP),
                ("c-axis", AXIS),
            )
        ),
    )
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}" rx="1">'
        "<title>{}</title></rect>",
        (
            (
                bar.css,
                *map(_number, (bar.x, bar.y, bar.width, bar.height)),
                bar.title,
            )
            for bar in drawn.bars
        ),
    )
    labels = format_html_join(
        "",
        '<text class="{}" x="{}%" y="{}" text-anchor="{}">{}</text>',
        (
            (label.css, _number(label.x), _number(label.y), label.anchor, label.text)
            for label in [*_scale_labels(drawn), *drawn.labels]
        ),
    )
    return format_html(
        '<svg class="o-chart" height="{}" role="img" aria-label="{}">{}{}{}</svg>',
        HEIGHT,
        drawn.finding,
        lines,
        bars,
        labels,
    )


def _scale_labels(drawn: Chart) -> Iterator[Label]:
    yield Label(_round(drawn.top / 2), 0, (AXIS + TOP) / 2 - 4)
    yield Label(_round(drawn.top), 0, TOP - 4)
    if drawn.limit:
        text = _("time limit {}").format(_round(drawn.top))
        yield Label(text, 100, TOP - 4, anchor="end", css="t-bad")


def _round(seconds: float) -> str:
    """A length for the scale: without a fraction, unless it has one."""
    is_short = seconds < 60 and float(seconds).is_integer()
    return _("{} s").format(int(seconds)) if is_short else length(seconds)


def _number(value: float) -> str:
    """As SVG writes numbers, in every language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
