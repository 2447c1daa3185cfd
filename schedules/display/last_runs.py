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
# A bar: class (none: succeeded, as nearly all have), distance from the top, height.
Bar = tuple[str, float, float]


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
    bars = [_bar("b-none", place * PITCH, 21, 1) for place in range(empty)]
    for place, run in enumerate(reversed(runs), empty):
        drawn = "".join(
            _bar(css, place * PITCH, top, height)
            for css, top, height in _shape(run, longest)
        )
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


def _bar(css: str, x: int, top: float, height: float) -> str:
    look = f' class="{css}"' if css else ""
    return f'<rect{look} x="{x}" y="{top:g}" height="{height:g}"/>'


def _shape(run: LastRun, longest: float) -> list[Bar]:
    fixed: Mapping[str, list[Bar]] = {
        RunStatus.FAILED: [("b-bad", 0, 5), ("b-bad", 7, 15)],
        RunStatus.MISSED: [("b-missed", 4.5, 17)],
        RunStatus.SKIPPED: [("b-idle", 19, 3)],
        RunStatus.CANCELLED: [("b-idle", 13, 9)],
        RunStatus.RUNNING: [("b-busy", 6, 3), ("b-busy", 11, 4), ("b-busy", 17, 5)],
        RunStatus.PENDING: [("b-busy", 19, 3)],
        RunStatus.WAITING: [("b-busy", 19, 3)],
    }
    if run.status in fixed:
        return fixed[run.status]
    share = run.seconds / longest if longest else 1
    height = max(SHORTEST, round(HEIGHT * share))
    return [("", HEIGHT - height, height)]


def sentence(outcomes: Mapping[str, int]) -> str:
    """The outcomes counted: "Last 24 runs: 21 succeeded, 3 skipped."."""
    total = sum(outcomes.values())
    if not total:
        return _("No runs yet.")
    parts = [
        f"{outcomes[status]} {str(run_mark(status).word).lower()}"
        for status in RunStatus.values
        if outcomes.get(status)
    ]
    return ngettext("Last run: {list}.", "Last {count} runs: {list}.", total).format(
        count=total, list=", ".join(parts)
    )
