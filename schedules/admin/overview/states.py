"""The bar of all schedules by their states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schedules.admin.overview.lists import Lists
from schedules.display.states import ShownState, plain_mark
from workflows.display.marks import Mark

# What is well comes first.
ORDER = {
    ShownState.ACTIVE: "c-ok",
    ShownState.FAILING: "b-bad",
    ShownState.OVERDUE: "b-warn",
    ShownState.NEEDS_APPROVAL: "b-agent",
    ShownState.PAUSED: "b-idle",
    ShownState.ENDED: "b-none",
}
GAP, LEAST = 0.4, 0.3  # percent


@dataclass(frozen=True, slots=True)
class Part:
    mark: Mark
    number: int
    address: str
    css: str
    x: str
    width: str


def parts(of_state: Mapping[ShownState, int], lists: Lists) -> list[Part]:
    """Each state with its part of the bar; one that no schedule is in has no width."""
    total, begin, found = sum(of_state.values()), 0.0, []
    for state, css in ORDER.items():
        number = of_state[state]
        share = 100 * number / total if total else 0.0
        width = max(LEAST, share - GAP) if number else 0.0
        found.append(
            Part(
                plain_mark(state),
                number,
                lists.in_state(state),
                css,
                f"{begin:.2f}",
                f"{width:.2f}",
            )
        )
        begin += share
    return found
