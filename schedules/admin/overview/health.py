"""The health of the site in five facts: schedulers, workers, queue, punctuality, ledger."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.causes import Diagnosis, Facts, Severity
from schedules.services.insight.overview.run_hours import Punctuality
from schedules.services.insight.overview.work import Work
from workflows.display.marks import Mark, Tone
from workflows.display.numbers import grouped
from workflows.display.times import length

# A smaller share of runs within a second is worth a look.
USUALLY_ON_TIME = 95
_SHAPES: dict[Tone, str] = {"ok": "succeeded", "warn": "failing", "bad": "down"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: "Workers: 6 listening, 2 busy (4 free)"."""

    name: str  # of what, for addresses
    mark: Mark
    value: str
    unit: str = ""
    note: str = ""


def health(
    facts: Facts, diagnosis: Diagnosis, work: Work, punctual: Punctuality, overdue: int
) -> list[Fact]:
    """The facts, in the order in which a run passes through the site."""
    gravest: dict[str, Severity] = {}
    for cause in diagnosis.causes:
        gravest.setdefault(cause.subject, cause.severity)
    return [
        _schedulers(facts, gravest),
        _workers(facts, work, gravest),
        _queue(facts, work, gravest),
        _on_time(punctual),
        _ledger(facts, overdue),
    ]


def _mark(tone: Tone, word: str) -> Mark:
    return Mark(_SHAPES[tone], word, tone)


def _tone(severity: Severity | None) -> Tone:
    return {Severity.ERROR: "bad", Severity.WARNING: "warn"}.get(severity, "ok")  # type: ignore[arg-type, return-value]


def _schedulers(facts: Facts, gravest: dict[str, Severity]) -> Fact:
    word = _("Schedulers")
    if facts.schedulers is None:
        return _unknown("schedulers", word)
    seen = facts.scheduler_seen
    note = _("none has ever reported")
    if seen is not None:
        note = _("last seen {} ago").format(length(round(seen)))
    tone = "bad" if not facts.schedulers else _tone(gravest.get("scheduler"))
    alive = grouped(facts.schedulers)
    return Fact("schedulers", _mark(tone, word), alive, _("alive"), note)


def _workers(facts: Facts, work: Work, gravest: dict[str, Severity]) -> Fact:
    word = _("Workers")
    if facts.workers_here is None:
        return _unknown("workers", word)
    at_once = facts.workers_here if facts.at_once is None else facts.at_once
    busy = min(work.running, at_once)
    tone = "bad" if not facts.workers_here else _tone(gravest.get("worker"))
    return Fact(
        "workers",
        _mark(tone, word),
        grouped(facts.workers_here),
        _("listening, {} busy").format(grouped(busy)),
        _("{} free").format(grouped(at_once - busy)),
    )


def _queue(facts: Facts, work: Work, gravest: dict[str, Severity]) -> Fact:
    note = _("every run has started")
    if work.waiting:
        note = _("the oldest for {}").format(length(facts.oldest_waiting or 0.0))
    return Fact(
        "queue",
        _mark(_tone(gravest.get("queue")), _("Queue")),
        grouped(work.waiting),
        _("waiting"),
        note,
    )


def _on_time(punctual: Punctuality) -> Fact:
    word = _("On time")
    if not punctual.due:
        note = _("no run was due in 24 hours")
        return Fact("on_time", _mark("ok", word), _("Nothing due"), "", note)
    if punctual.is_whole:
        note = ngettext(
            "of {} run in 24 hours", "of {} runs in 24 hours", punctual.due
        ).format(grouped(punctual.due))
    else:
        note = _("of the last {} runs").format(grouped(punctual.due))
    # Rounded down: 100 % means all.
    percent = grouped(int(punctual.percent * 10) / 10, 1)
    tone: Tone = "ok" if punctual.percent >= USUALLY_ON_TIME else "warn"
    return Fact(
        "on_time", _mark(tone, word), f"{percent} %", _("within a second"), note
    )


def _ledger(facts: Facts, overdue: int) -> Fact:
    """Each tick is in it once, by constraints of the database and as frontiers move with
    their rows. It lacks what is overdue, and is wrong about what is to come if it is ahead
    of the clock."""
    word = _("Ledger")
    if facts.ledger_ahead > 0:
        note = _("by {}: correct the clock").format(length(facts.ledger_ahead))
        return Fact("ledger", _mark("bad", word), _("Ahead of the clock"), "", note)
    if overdue:
        note = ngettext(
            "{} schedule is overdue", "{} schedules are overdue", overdue
        ).format(grouped(overdue))
        return Fact("ledger", _mark("warn", word), _("Behind"), "", note)
    return Fact(
        "ledger", _mark("ok", word), _("Complete"), "", _("no run lost or doubled")
    )


def _unknown(name: str, word: str) -> Fact:
    return Fact(name, _mark("warn", word), _("Unknown"), "", _("Redis does not answer"))
