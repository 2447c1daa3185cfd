"""The views above the list of schedules, each with how many schedules it has.

All are counted in one query, whatever their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from schedules.admin.list.conditions import (
    ATTENTION,
    CONDITIONS,
    ME,
    OUTCOME,
    Asked,
    conditions,
)
from schedules.display.states import (
    NEEDS_ATTENTION,
    ShownState,
    in_state,
    plain_mark,
)
from schedules.models import ScheduleQuerySet
from workflows.display.marks import Mark

# Parameters that change how a list is shown, not what is in it.
OF_THE_DISPLAY = {"o", "p", "e"}


@dataclass(frozen=True, slots=True)
class View:
    """`count`: None where it would cost too much."""

    label: str | Promise
    given: Mapping[str, str]
    count: int | None
    mark: Mark | None = None
    is_current: bool = False

    @property
    def address(self) -> str:
        return f"?{urlencode(self.given)}"

    def marked_current(self, params: Mapping[str, str]) -> View:
        """The same; current if a list with these parameters shows it."""
        asked = {
            name: value
            for name, value in params.items()
            if value and name not in OF_THE_DISPLAY
        }
        return replace(self, is_current=dict(self.given) == asked)


@dataclass(frozen=True, slots=True)
class Saved:
    """A view that the person has saved: a name and the parameters of the list."""

    name: str
    query: str

    @property
    def given(self) -> dict[str, str]:
        return QueryDict(self.query).dict()

    @property
    def is_counted(self) -> bool:
        asks = self.given.keys() - OF_THE_DISPLAY
        return asks <= CONDITIONS.keys() and OUTCOME not in asks


@dataclass(frozen=True, slots=True)
class Tally:
    """How many schedules there are: in each state, of the person's own, in saved views."""

    states: dict[ShownState, int]
    mine: int
    saved: list[tuple[Saved, int | None]]

    @property
    def total(self) -> int:
        return sum(self.states.values())


def tally(schedules: ScheduleQuerySet, asked: Asked, saved: Iterable[Saved]) -> Tally:
    """Count all of them in one query."""
    saved = list(saved)
    asks = {state.name: in_state(state, asked.now) for state in ShownState}
    asks["mine"] = conditions({"owner": ME}, asked)
    asks |= {
        f"saved_{number}": conditions(view.given, asked)
        for number, view in enumerate(saved)
        if view.is_counted
    }
    found = schedules.order_by().aggregate(
        **{name: _number(ask) for name, ask in asks.items()}
    )
    return Tally(
        states={state: found[state.name] for state in ShownState},
        mine=found["mine"],
        saved=[(view, found.get(f"saved_{at}")) for at, view in enumerate(saved)],
    )


def _number(ask: Q) -> Count:
    return Count("pk", filter=ask) if ask else Count("pk")


def views(found: Tally) -> Iterator[View]:
    """All, those that a person may have to look at, those of the person."""
    yield View(_("All"), {}, found.total)
    attention = sum(found.states[state] for state in NEEDS_ATTENTION)
    yield View(_("Needs attention"), {"state": ATTENTION}, attention)
    for state in (
        ShownState.FAILING,
        ShownState.OVERDUE,
        ShownState.NEEDS_APPROVAL,
        ShownState.PAUSED,
    ):
        mark = plain_mark(state)
        yield View(mark.word, {"state": state.value}, found.states[state], mark)
    yield View(_("Mine"), {"owner": ME}, found.mine)
    for saved, number in found.saved:
        yield View(saved.name, saved.given, number)
