"""The card of one peak: its quarters now and after the suggested moves, and the moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.load import words
from schedules.admin.load.drawing import BARS, drawn_bars
from schedules.admin.load.move_rows import MoveRow, move_row
from schedules.services.insight.load.found_peaks import FoundPeak
from schedules.services.insight.load.load_map import LoadMap
from schedules.services.insight.load.suggestion import Suggestion
from workflows.display.numbers import grouped

# So many of the moves are on the card; all are on the page that asks.
MOVES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of the quarters around a peak, and its numbers for those who cannot see it."""

    drawing: SafeString
    label: str


@dataclass(frozen=True, slots=True)
class PeakCard:
    letter: str
    title: str
    staying: str
    now: Bars
    after: Bars
    moves: list[MoveRow]

    @property
    def shown(self) -> list[MoveRow]:
        return self.moves[:MOVES_SHOWN]

    @property
    def number(self) -> int:
        return len(self.moves)

    @property
    def more(self) -> int:
        return max(0, len(self.moves) - MOVES_SHOWN)


def peak_card(found: LoadMap, suggestion: Suggestion, at: datetime) -> PeakCard:
    peak, zone = suggestion.peak, found.days[0].zone
    moves = [move_row(each, zone, at) for each in suggestion.moves]
    now, after = _bars(found, suggestion)
    return PeakCard(
        letter=peak.peak.letter,
        title=_title(peak, len(moves)),
        staying=_staying(found, suggestion),
        now=now,
        after=after,
        moves=moves,
    )


def _title(peak: FoundPeak, moves: int) -> str:
    if not moves:
        return ngettext(
            "{} schedule at once", "{} schedules at once", peak.schedules
        ).format(grouped(peak.schedules))
    return ngettext(
        "Spread {moves} of the {all} schedules",
        "Spread {moves} of the {all} schedules",
        moves,
    ).format(moves=grouped(moves), all=grouped(peak.schedules))


def _staying(found: LoadMap, suggestion: Suggestion) -> str:
    place = suggestion.peak.peak.worst
    time = words.clock(found.grid[place].column)
    if not suggestion.movable:
        return _("none of them is yours to change")
    if not suggestion.moves:
        return _("no move of their minutes would help")
    staying = suggestion.staying
    return (
        ngettext(
            "the other one stays at {time}", "the other {n} stay at {time}", staying
        ).format(n=grouped(staying), time=time)
        if staying
        else ""
    )


def _bars(found: LoadMap, suggestion: Suggestion) -> tuple[Bars, Bars]:
    """Of the quarters around the fullest one."""
    places = _around(suggestion.peak.peak.worst, found.load.quarters)
    now = found.values[places.start : places.stop]
    after = found.values_of(suggestion.after)[places.start : places.stop]
    highest = max([*now, *after, found.most])
    labels = [words.clock(found.grid[place].column) for place in places]

    def bars(values: Sequence[float], limit_text: str) -> Bars:
        numbers = [words.value_text(found, value) for value in values]
        drawing = drawn_bars(
            values,
            labels,
            numbers,
            limit=found.most,
            highest=highest,
            limit_text=limit_text,
        )
        what = _("Runs") if found.by_runs else _("Busy workers")
        label = _("{what} in the quarters of an hour from {time}: {numbers}.").format(
            what=what, time=labels[0], numbers=", ".join(numbers)
        )
        return Bars(drawing, label)

    return bars(now, _limit_text(found)), bars(after, "")


def _around(worst: int, quarters: int) -> range:
    """The quarter, the one before it, and those after it."""
    first = max(0, min(worst - 1, quarters - BARS))
    return range(first, min(quarters, first + BARS))


def _limit_text(found: LoadMap) -> str:
    workers = ngettext("{} worker", "{} workers", found.slots)
    workers = workers.format(grouped(found.slots))
    if not found.by_runs:
        return _("limit: {}").format(workers)
    about = grouped(words.two_digits(found.most))
    return _("{runs}, limit of {workers}").format(runs=about, workers=workers)
