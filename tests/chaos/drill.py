"""One drill: a site of its own, faults one after another, and the verdict after each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat

from django.utils import timezone

from schedules.models import ScheduledJob
from tests.chaos import faults, verdict
from tests.chaos.faults import NAMES, SOAK, SUITE, Fault
from tests.chaos.people import a_batch, make_owner, mixed_load
from tests.chaos.report import Injected, Report
from tests.chaos.site import Site


@dataclass(frozen=True, slots=True)
class Drill:
    """What fires, who is there to run it, and what the suite does to them, in any order."""

    load: Callable[[], None]
    workers: int
    faults: tuple[Fault, ...]

    @property
    def check(self) -> verdict.Check:
        return verdict.unmended if self.workers else verdict.unsent


DRILLS = {
    "batches": Drill(a_batch, 0, (faults.schedulers_killed,) * 2),
    "outages": Drill(
        mixed_load,
        2,
        (
            faults.database_away,
            faults.schedulers_frozen,
            faults.redis_flushed,
            faults.redis_replaced,
        ),
    ),
    "deaths": Drill(mixed_load, 2, (faults.people_at_work, faults.redis_stopped)),
}


def run(drill: Drill, site: Site, report: Report, *, soak_minutes: float) -> None:
    """Everything that happens goes into `report`."""
    started = time.monotonic()
    make_owner(site)
    for _ in range(faults.BOTH):
        site.start_scheduler()
    for _ in range(drill.workers):
        site.start_worker()
    drill.load()
    faults.wait_until_alive("scheduler", site.schedulers)
    faults.wait_until_alive("worker", site.workers)
    pace = SOAK if soak_minutes else SUITE
    for fault in _chosen(drill, site, soak_minutes):
        broken = fault(site, pace)
        _judge(drill, site, report, NAMES[fault], broken)
    _end(drill, site, report)
    report.notes.append(f"it took {time.monotonic() - started:.0f} s")


def _chosen(drill: Drill, site: Site, soak_minutes: float) -> Iterator[Fault]:
    if not soak_minutes:
        yield from site.random.sample(drill.faults, len(drill.faults))
        return
    until = time.monotonic() + 60 * soak_minutes
    for kinds in repeat(drill.faults):
        if time.monotonic() > until:
            return
        yield site.random.choice(kinds)


def _judge(
    drill: Drill, site: Site, report: Report, name: str, broken: list[str]
) -> None:
    seconds, last, mended = verdict.seconds_to_mend(timezone.now(), drill.check)
    report.injected.append(Injected(name, seconds))
    report.problems += [f"{name}: {what}" for what in broken]
    if not mended or seconds > verdict.MENDED_WITHIN_SECONDS:
        report.problems.append(f"{name}: after {seconds:.1f} s, {' and '.join(last)}")
    report.problems += [f"{name}: {fault}" for fault in verdict.ticks().faults]
    report.problems += [f"{name}: {twice}" for twice in verdict.twice_started(site)]


def _end(drill: Drill, site: Site, report: Report) -> None:
    report.ticks = verdict.ticks()
    report.ticks.doubled += len(verdict.twice_started(site))
    if not drill.workers:
        ScheduledJob.objects.update(status="paused", next_run_at=None)
        verdict.seconds_to_mend(timezone.now(), verdict.not_in_queue)
        report.problems += verdict.not_in_queue(timezone.now())
    if drill.workers:
        site.count("runs left their mark", sum(site.marks.starts.values()))
    report.notes = [f"{times} {what}" for what, times in site.counts.items()]
