"""The strip of the last runs of a schedule: a bar each, newest at the right.

The colour is the outcome, the height the duration against the longest of the strip. The
drawing is that of the design guide, section 9.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from workflows.display.marks import run_mark

COUNT, PITCH, HEIGHT = 24, 6, 22
SHORTEST = 4
_EARLIEST = datetime.min.replace(tzinfo=UTC, year=1900)
_FIELDS = ("pk", "status", "reason", "scheduled_for", "started_at", "finished_at")
# A part of a bar: distance from the left and from the top, width, height.
Piece = tuple[float, float, float, float]
# The class of the bar of each outcome, and its pieces. A success has neither.
SHAPES: dict[str, tuple[str, tuple[Piece, ...]]] = {
    RunStatus.FAILED: ("b-bad", ((0, 0, 4, 5), (0, 7, 4, 15))),
    RunStatus.MISSED: ("b-missed", ((0.5, 4.5, 3, 17),)),
    RunStatus.SKIPPED: ("b-idle", ((0, 19, 4, 3),)),
    RunStatus.CANCELLED: ("b-idle", ((0, 13, 4, 9),)),
    RunStatus.RUNNING: ("b-busy", ((0, 6, 4, 3), (0, 11, 4, 4), (0, 17, 4, 5))),
    RunStatus.PENDING: ("b-busy", ((0, 19, 4, 3),)),
    RunStatus.WAITING: ("b-busy", ((0, 19, 4, 3),)),
}
# Where there is no run yet.
HAIRLINE: tuple[Piece, ...] = ((0, 21, 4, 1),)


@dataclass(frozen=True, slots=True)
class LastRun:
    """One of the last runs. `seconds`: how long it took or has taken; 0 if it never began."""

    id: UUID
    status: str
    reason: str
    scheduled_for: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float


def last_runs(
    ids: Iterable[UUID], now: datetime, count: int = COUNT
) -> dict[UUID, list[LastRun]]:
    """The last `count` runs of each of these schedules, newest first, in one query.

    For each schedule the index `run_of_schedule` is read once for the time of the oldest of
    these runs, then from there.
    """
    newest = ScheduledRun.objects.filter(schedule=OuterRef("pk"))
    times = newest.order_by("-scheduled_for").values("scheduled_for")
    rows = (
        ScheduledJob.objects.filter(pk__in=list(ids))
        .order_by("pk", "-runs__scheduled_for", "-runs__created_at")
        .filter(
            runs__scheduled_for__gte=Coalesce(
                Subquery(times[count - 1 : count]), _EARLIEST
            )
        )
        .values_list(F("pk"), *(f"runs__{name}" for name in _FIELDS))
    )
    return {
        schedule: [_last_run(row[1:], now) for row in of_one][:count]
        for schedule, of_one in groupby(rows, key=lambda row: row[0])
    }


def _last_run(row: Sequence[Any], now: datetime) -> LastRun:
    *_first, started, finished = row
    took = ((finished or now) - started).total_seconds() if started else 0.0
    values = (*row, max(0.0, took))
    return LastRun(*values)


def strip(
    runs: Sequence[LastRun], address: Callable[[UUID], str], count: int = COUNT
) -> SafeString:
    """The drawing of the runs (newest first), each bar a link to `address(id)`, and a
    sentence for screen readers."""
    longest = max((run.seconds for run in runs), default=0.0)
    empty = count - len(runs)
    lines = "".join(_pieces(place * PITCH, HAIRLINE) for place in range(empty))
    bars = [f'<path class="b-none" d="{lines}"/>'] if lines else []
    for place, run in enumerate(reversed(runs), empty):
        drawn = _bar(run, place * PITCH, longest)
        bars.append(f'<a href="{escape(address(run.id))}" tabindex="-1">{drawn}</a>')
    return format_html(
        '<svg class="o-strip" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>'
        '<span class="o-sr">{}</span>',
        count * PITCH - 2,
        HEIGHT,
        # A page has 1,200 of them: only the addresses can have anything to escape.
        mark_safe("".join(bars)),  # noqa: S308
        sentence(Counter(run.status for run in runs)),
    )


def _bar(run: LastRun, x: int, longest: float) -> str:
    """As short as can be: a page of 50 rows has 1,200 of them."""
    if run.status in SHAPES:
        css, pieces = SHAPES[run.status]
        return f'<path class="{css}" d="{_pieces(x, pieces)}"/>'
    share = run.seconds / longest if longest else 1
    height = max(SHORTEST, round(HEIGHT * share))
    return f'<path d="M{x + 2} {HEIGHT}v-{height}"/>'


def _pieces(x: int, pieces: Iterable[Piece]) -> str:
    return "".join(
        f"M{x + left:g} {top:g}h{width}v{height}h-{width}z"
        for left, top, width, height in pieces
    )


def sentence(outcomes: Mapping[str, int]) -> str:
    """The outcomes counted: "Last 24 runs: 21 succeeded, 3 skipped."."""
    total = sum(outcomes.values())
    if not total:
        return _("No runs yet.")
    return ngettext("Last run: {list}.", "Last {count} runs: {list}.", total).format(
        count=total, list=counted(outcomes)
    )


def counted(outcomes: Mapping[str, int]) -> str:
    """ "21 succeeded, 3 skipped"; empty if there were none."""
    return ", ".join(
        f"{outcomes[status]} {str(run_mark(status).word).lower()}"
        for status in RunStatus.values
        if outcomes.get(status)
    )
