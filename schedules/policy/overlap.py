"""What waits for what: the one rule for firing, catching up, backfilling, outcomes and the sweep.

Pure. Each function is asked with what is open of one schedule and answers for that moment.
*In line* are the runs that wait behind open ones.

| | `skip` | `queue` | `replace` | `allow` |
|---|---|---|---|---|
| a live tick finds no place free | skipped | waits, if no live tick does; else skipped | cancels what is open and starts, or waits for what runs to end | skipped |
| places | one | one | one | `max_open_runs` |
| late ticks, and those that a resume catches up | start, or join the line | the same | the same | the same |
| a live tick under catch-up `all`, as long as a backlog drains | joins the line | the same | the same: it cancels nothing | as any other |
| a place becomes free | the first in line: a live tick, then by time; under `all` by time alone | the same | the same | the same |
| backfills wait for | ticks, and one another | the same | the same | `max_open_runs` of their own |

Ticks wait for ticks only, runs by hand for nothing, and nothing waits for those.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal, NamedTuple

from schedules.policy.types import OpenRuns, Overlapped, OverlapRule, Rules

# How many ticks of a schedule may be in line.
MOST_WAITING = 100
UNLIMITED = sys.maxsize
# Of a run that is not over. `retrying` waits for the time of its next attempt.
State = Literal["pending", "running", "retrying", "waiting"]
OPEN: tuple[State, ...] = ("pending", "running", "retrying")


class RunSelector(NamedTuple):
    """The runs of these origins that are in one of these states."""

    origins: tuple[str, ...]
    states: tuple[State, ...]


TICKS = ("schedule", "catch_up")
# What each number of `OpenRuns` counts.
COUNTED: Mapping[str, RunSelector] = {
    "pending": RunSelector(TICKS, ("pending",)),
    "running": RunSelector(TICKS, ("running",)),
    "retrying": RunSelector(TICKS, ("retrying",)),
    "catching_up": RunSelector(("catch_up",), OPEN),
    "waiting_live": RunSelector(("schedule",), ("waiting",)),
    "waiting_late": RunSelector(("catch_up",), ("waiting",)),
    "open_backfills": RunSelector(("backfill",), OPEN),
    "waiting_backfills": RunSelector(("backfill",), ("waiting",)),
}
# What a live tick that replaces cancels. Late ticks in line are not open: they keep their
# place. What runs is asked to end.
REPLACED = (
    RunSelector(TICKS, ("pending", "retrying")),
    RunSelector(("schedule",), ("waiting",)),
)
TO_BE_STOPPED = RunSelector(TICKS, ("running",))


class Verdict(NamedTuple):
    """What becomes of a live tick. `replaces`: the open runs are to be cancelled."""

    status: str
    overlapped: Overlapped | None = None
    replaces: bool = False


def keeps_order(catchup: str, overlap: str) -> bool:
    """Whether every tick takes its turn once the schedule is behind."""
    return catchup == "all" and overlap != "allow"


def joins_line(rules: Rules, runs: OpenRuns, *, late: bool) -> bool:
    """Whether a live tick is last in line: a backlog drains, or was found (`late`) with it.

    It is then written as one to be caught up: so the backlog lasts until the line is empty
    and the last of it is over, and no tick is lost in between.
    """
    draining = runs.catching_up + runs.waiting_late > 0
    return keeps_order(rules.catchup, rules.overlap) and (late or draining)


def judge(rules: Rules, runs: OpenRuns) -> Verdict:
    """What becomes of a live tick that does not join the line."""
    if places(rules.overlap, rules.max_open_runs, runs):
        return Verdict("pending")
    match rules.overlap:
        case "queue" if not runs.waiting_live:
            return Verdict("waiting")
        case "replace":
            return Verdict("waiting" if runs.running else "pending", replaces=True)
        case "allow":
            return Verdict("skipped", overlapped(runs, "max_open_runs"))
        case _:
            return Verdict("skipped", overlapped(runs, "policy"))


def overlapped(runs: OpenRuns, rule: OverlapRule) -> Overlapped:
    """What a skipped tick found open, and the rule that skipped it."""
    return Overlapped(rule, runs.running, runs.pending, runs.retrying, runs.waiting)


def places(overlap: str, max_open_runs: int, runs: OpenRuns) -> int:
    """How many more ticks may be open beside those that are."""
    if overlap != "allow":
        return 0 if runs.open else 1
    return max(0, max_open_runs - runs.open) if max_open_runs else UNLIMITED


def starting(rules: Rules, runs: OpenRuns) -> int:
    """How many of the ticks that are added to the end of the line may start at once."""
    return max(0, places(rules.overlap, rules.max_open_runs, runs) - runs.waiting)


def room(runs: OpenRuns) -> int:
    """How many more ticks may be in line."""
    return max(0, MOST_WAITING - runs.waiting)


def is_settled(rules: Rules, runs: OpenRuns) -> bool:
    """Whether a tick comes out the same if what is open ends before the tick is due."""
    if rules.overlap == "allow":
        return places(rules.overlap, rules.max_open_runs, runs) > 0
    return not (runs.open or runs.waiting)


class Released(NamedTuple):
    """How many of those in line may start now, the first ones of each kind."""

    ticks: int
    backfills: int


def released(overlap: str, max_open_runs: int, runs: OpenRuns) -> Released:
    """Who may leave the line: ticks first; under `allow` backfills have places of their own."""
    ticks = min(runs.waiting, places(overlap, max_open_runs, runs))
    if overlap != "allow":
        free = not (runs.open or runs.waiting or runs.open_backfills)
        return Released(ticks, min(runs.waiting_backfills, int(free)))
    most = max_open_runs or UNLIMITED
    free_places = max(0, most - runs.open_backfills)
    return Released(ticks, min(runs.waiting_backfills, free_places))
