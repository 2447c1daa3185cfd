"""What waits for what: the one rule for firing, for outcomes and for the sweep.

Pure. Each function is asked with what is open of one schedule and answers for that moment.

*In line* are the runs that wait behind open ones. Ticks wait for ticks only. A backfill
also waits for ticks, unless overlap is `allow`.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from schedules.decisions import OpenRuns, Overlapped, OverlapRule, Rules

# How many ticks of a schedule may be in line.
LINE = 100
UNLIMITED = sys.maxsize


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
    if rules.overlap == "allow":
        if places(rules.overlap, rules.max_open_runs, runs):
            return Verdict("pending")
        return Verdict("skipped", overlapped(runs, "max_open_runs"))
    if not runs.open:
        return Verdict("pending")
    if rules.overlap == "queue" and not runs.waiting_live:
        return Verdict("waiting")
    if rules.overlap == "replace":
        return Verdict("waiting" if runs.running else "pending", replaces=True)
    return Verdict("skipped", overlapped(runs, "policy"))


def overlapped(runs: OpenRuns, rule: OverlapRule) -> Overlapped:
    """What a skipped tick found open, and the rule that skipped it."""
    return Overlapped(rule, runs.running, runs.pending, runs.retrying, runs.in_line)


def places(overlap: str, max_open_runs: int, runs: OpenRuns) -> int:
    """How many more ticks may be open beside those that are."""
    if overlap != "allow":
        return 0 if runs.open else 1
    return max(0, max_open_runs - runs.open) if max_open_runs else UNLIMITED


def starting(rules: Rules, runs: OpenRuns) -> int:
    """How many of the ticks that are added to the end of the line may start at once."""
    return max(0, places(rules.overlap, rules.max_open_runs, runs) - runs.in_line)


def room(runs: OpenRuns) -> int:
    """How many more ticks may be in line."""
    return max(0, LINE - runs.in_line)


def is_settled(rules: Rules, runs: OpenRuns) -> bool:
    """Whether a tick comes out the same if what is open ends before the tick is due."""
    if rules.overlap == "allow":
        return places(rules.overlap, rules.max_open_runs, runs) > 0
    return not (runs.open or runs.in_line)


class Released(NamedTuple):
    """How many of those in line may start now, the first ones of each kind."""

    ticks: int
    backfills: int


def released(overlap: str, max_open_runs: int, runs: OpenRuns) -> Released:
    """Who may leave the line: ticks first; under `allow` backfills have places of their own."""
    ticks = min(runs.in_line, places(overlap, max_open_runs, runs))
    if overlap != "allow":
        free = not (runs.open or runs.in_line or runs.open_backfills)
        return Released(ticks, min(runs.waiting_backfills, int(free)))
    most = max_open_runs or UNLIMITED
    free_places = max(0, most - runs.open_backfills)
    return Released(ticks, min(runs.waiting_backfills, free_places))
