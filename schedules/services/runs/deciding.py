"""The decisions about a batch of due schedules, whose rows the caller has locked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from schedules.models import OverlapPolicy
from schedules.policy.decide import decide
from schedules.policy.early import passing_over
from schedules.policy.overlap import is_settled
from schedules.policy.types import Decision
from schedules.services.due import DueSchedule, rules_of
from schedules.services.ledger import ledger
from schedules.services.ledger.early import adopt, early_ticks_of_due
from workflows.kit.conf import conf

MOST_LASTING = 4_096
Decided = tuple[DueSchedule, Decision]


class Deciding:
    """Decides about each of the schedules `found`, by their open runs and early ticks.

    `ahead`: leaves out schedules whose decision would change if a run ended before `now`.
    """

    def __init__(
        self, found: Sequence[DueSchedule], *, now: datetime, ahead: bool
    ) -> None:
        self._found = found
        self._now = now
        self._ahead = ahead
        self._open_runs = ledger.open_runs(
            [schedule.id for schedule in found if _may_overlap(schedule)]
        )
        self._early = early_ticks_of_due(found)
        # Most schedules have neither open runs nor early ticks, and differ only in what a
        # decision does not depend on.
        self._with_own = self._open_runs.keys() | self._early.keys()
        self._shared: dict[object, Decision] = {}

    def __iter__(self) -> Iterator[Decided]:
        for schedule in self._found:
            if schedule.jitter_seconds or schedule.id in self._with_own:
                decision = self._decide(schedule)
            else:
                key = schedule.decided_by
                decision = self._shared.get(key) or self._share(key, schedule)
            if decision is not None:
                yield schedule, decision

    def _share(self, key: object, schedule: DueSchedule) -> Decision | None:
        """The decision about this and all others with this key, in further batches, too,
        while it holds: it costs more than the rest of a cron schedule's time in a batch."""
        lasting = _lasting(conf.LIVE_TICK_SECONDS)
        decision = lasting.get(key)
        if decision is None or not _holds(decision, schedule, self._now):
            decision = self._decide(schedule)
        if decision is not None:
            self._shared[key] = decision
            if decision.holds_until is not None:
                if len(lasting) >= MOST_LASTING:
                    lasting.clear()
                lasting[key] = decision
        return decision

    def _decide(self, schedule: DueSchedule) -> Decision | None:
        """None: it is decided on time."""
        rules = rules_of(schedule)
        runs = self._open_runs.get(schedule.id, ledger.NOTHING_OPEN)
        if self._ahead and not is_settled(rules, runs):
            return None
        decision = decide(rules, schedule.next_tick_at, runs, now=self._now)
        early = self._early.get(schedule.id)
        if not early:
            return decision
        adopt(schedule, rules, early, before=decision.frontier)
        return passing_over(rules, decision, early)


def _may_overlap(schedule: DueSchedule) -> bool:
    """Whether the decision depends on how many runs of the schedule are open."""
    return schedule.overlap_policy != OverlapPolicy.ALLOW or schedule.max_open_runs > 0


@lru_cache(maxsize=1)
def _lasting(live_tick_seconds: int) -> dict[object, Decision]:
    """The decisions of earlier batches, by what they depend on."""
    return {}


def _holds(decision: Decision, schedule: DueSchedule, now: datetime) -> bool:
    until = decision.holds_until
    return until is not None and schedule.next_tick_at <= now <= until
