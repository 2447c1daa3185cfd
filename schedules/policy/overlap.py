"""Which runs wait for which: the rules for firing, catch-up, backfills, outcomes and the sweep.

Pure. Each function gets the open runs of one schedule and answers for that moment. Runs that
*wait* are behind open ones.

| | `skip` | `queue` | `replace` | `allow` |
|---|---|---|---|---|
| a live tick finds no free place | skipped | waits if no other live tick does, else skipped | cancels the open runs and starts, or waits until those running end | skipped |
| places | one | one | one | `max_open_runs` |
| late ticks, and those caught up by a resume | start, or wait behind all others | the same | the same | the same |
| a live tick with catch-up `all` while there is a backlog | waits behind it | the same | the same: it cancels nothing | as any other |
| a place becomes free | the first that waits: a live tick, then by time; with `all` by time alone | the same | the same | the same |
| backfills wait for | ticks, and one another | the same | the same | `max_open_runs` of their own |

Ticks wait for ticks only. Manual runs wait for nothing, and nothing waits for them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal, NamedTuple

from schedules.policy.types import OpenRuns, Overlapped, OverlapRule, Rules

# The most ticks of a schedule that may wait.
MOST_WAITING = 100
UNLIMITED = sys.maxsize
# The states of a run that has not ended. `retrying` waits for the time of its next attempt.
State = Literal["pending", "running", "retrying", "waiting"]
OPEN: tuple[State, ...] = ("pending", "running", "retrying")


class RunSelector(NamedTuple):
    """Selects the runs of these origins in these states."""

    origins: tuple[str, ...]
    states: tuple[State, ...]


TICKS = ("schedule", "catch_up")
# The runs that each field of `OpenRuns` counts.
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
# The runs that a live tick cancels when it replaces them. Late ticks that wait are not open and
# keep their place. Running ones are requested to stop.
REPLACED = (
    RunSelector(TICKS, ("pending", "retrying")),
    RunSelector(("schedule",), ("waiting",)),
)
TO_BE_STOPPED = RunSelector(TICKS, ("running",))


class Verdict(NamedTuple):
    """The status of a live tick. `replaces`: the open runs are to be cancelled."""

    status: str
    overlapped: Overlapped | None = None
    replaces: bool = False


def keeps_order(catchup: str, overlap: str) -> bool:
    """Whether all ticks run in order once the schedule has a backlog."""
    return catchup == "all" and overlap != "allow"


def waits_behind_backlog(rules: Rules, runs: OpenRuns, *, late: bool) -> bool:
    """Whether a live tick waits behind a backlog, old or new (`late`: found along with it).

    It is then recorded as a catch-up, so that the backlog lasts until all of its runs have
    ended and no tick is lost in between.
    """
    draining = runs.catching_up + runs.waiting_late > 0
    return keeps_order(rules.catchup, rules.overlap) and (late or draining)


def judge(rules: Rules, runs: OpenRuns) -> Verdict:
    """Judge a live tick that does not wait behind a backlog."""
    if free_places(rules.overlap, rules.max_open_runs, runs):
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
    """The open runs that a skipped tick found, and the rule that skipped it."""
    return Overlapped(rule, runs.running, runs.pending, runs.retrying, runs.waiting)


def free_places(overlap: str, max_open_runs: int, runs: OpenRuns) -> int:
    """How many more ticks may be open besides those that are."""
    if overlap != "allow":
        return 0 if runs.open else 1
    return max(0, max_open_runs - runs.open) if max_open_runs else UNLIMITED


def startable(rules: Rules, runs: OpenRuns) -> int:
    """How many ticks that are added behind all others may start at once."""
    return max(0, free_places(rules.overlap, rules.max_open_runs, runs) - runs.waiting)


def room(runs: OpenRuns) -> int:
    """How many more ticks may wait."""
    return max(0, MOST_WAITING - runs.waiting)


def is_settled(rules: Rules, runs: OpenRuns) -> bool:
    """Whether the verdict on a tick stays the same if open runs end before it is due."""
    if rules.overlap == "allow":
        return free_places(rules.overlap, rules.max_open_runs, runs) > 0
    return not (runs.open or runs.waiting)


class Released(NamedTuple):
    """How many of the waiting runs may start now: the first ones of each kind."""

    ticks: int
    backfills: int


def released(overlap: str, max_open_runs: int, runs: OpenRuns) -> Released:
    """How many waiting runs may start: ticks first; with `allow`, backfills separately."""
    ticks = min(runs.waiting, free_places(overlap, max_open_runs, runs))
    if overlap != "allow":
        is_idle = not (runs.open or runs.waiting or runs.open_backfills)
        return Released(ticks, min(runs.waiting_backfills, int(is_idle)))
    most = max_open_runs or UNLIMITED
    free = max(0, most - runs.open_backfills)
    return Released(ticks, min(runs.waiting_backfills, free))
