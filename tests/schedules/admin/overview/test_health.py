from __future__ import annotations

from typing import Any

import pytest

from schedules.admin.overview.health import Fact, health
from schedules.causes import Facts, diagnose
from schedules.services.insight.overview.run_hours import Punctuality
from schedules.services.insight.overview.work import Work

WELL: dict[str, Any] = {
    "schedulers": 2,
    "scheduler_seen": 2.4,
    "workers": 6,
    "workers_here": 6,
    "oldest_waiting": 1.2,
}


def facts(
    *, overdue: int = 0, punctual: Punctuality | None = None, **observed: Any
) -> dict[str, Fact]:
    seen = Facts(**WELL | observed)
    found = health(
        seen,
        diagnose(seen, queue_old_seconds=60),
        Work(waiting=3, running=2),
        punctual or Punctuality(due=1500, on_time=1499),
        overdue,
    )
    return {fact.name: fact for fact in found}


def said(fact: Fact) -> str:
    return " ".join(filter(None, (fact.value, fact.unit, f"({fact.note})")))


def test_a_site_that_is_well_says_so_in_five_facts() -> None:
    found = facts()
    assert {name: said(fact) for name, fact in found.items()} == {
        "schedulers": "2 alive (last seen 2 s ago)",
        "workers": "6 listening, 2 busy (4 free)",
        "queue": "3 waiting (the oldest for 1.2 s)",
        "on_time": "99.9 % within a second (of 1,500 runs in 24 hours)",
        "ledger": "Complete (no run lost or doubled)",
    }
    assert {fact.mark.tone for fact in found.values()} == {"ok"}


@pytest.mark.parametrize(
    ("observed", "name", "tone", "value"),
    [
        ({"schedulers": 0}, "schedulers", "bad", "0"),
        ({"scheduler_cause": "scheduler_failing"}, "schedulers", "bad", "2"),
        ({"workers_here": 0}, "workers", "bad", "0"),
        ({"oldest_waiting": 90.0}, "queue", "warn", "3"),
        ({"ledger_ahead": 7200.0}, "ledger", "bad", "Ahead of the clock"),
        ({"overdue": 2}, "ledger", "warn", "Behind"),
        (
            {"schedulers": None, "workers_here": None},
            "schedulers",
            "warn",
            "Unknown",
        ),
        ({"schedulers": None, "workers_here": None}, "workers", "warn", "Unknown"),
        (
            {"punctual": Punctuality(due=100, on_time=80)},
            "on_time",
            "warn",
            "80.0 %",
        ),
    ],
)
def test_what_is_not_well_is_marked(
    observed: dict[str, Any], name: str, tone: str, value: str
) -> None:
    found = facts(**observed)
    assert (found[name].mark.tone, found[name].value) == (tone, value)
    shapes = {"bad": "down", "warn": "failing"}
    assert found[name].mark.shape == shapes[tone]


def test_a_share_is_never_rounded_up_to_all() -> None:
    almost = Punctuality(due=4999, on_time=4998)
    assert facts(punctual=almost)["on_time"].value == "99.9 %"
    assert facts(punctual=Punctuality(9, 9))["on_time"].value == "100.0 %"
    nothing = facts(punctual=Punctuality(0, 0))["on_time"]
    assert said(nothing) == "Nothing due (no run was due in 24 hours)"
    many = facts(punctual=Punctuality(due=5000, on_time=5000))["on_time"]
    assert many.note == "of the last 5,000 runs"


def test_more_runs_than_workers_leave_none_free() -> None:
    assert said(facts(workers_here=1)["workers"]) == "1 listening, 1 busy (0 free)"
    wide = facts(workers_here=1, at_once=8)["workers"]
    assert said(wide) == "1 listening, 2 busy (6 free)"
