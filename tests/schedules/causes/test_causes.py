"""From facts to causes: the true one first, and none that another explains."""

from __future__ import annotations

import re
import string

import pytest

from schedules.causes import CAUSES, Facts, Severity, diagnose
from schedules.timing.english import in_words
from workflows.kit.service_errors import DatabaseFailure, RedisFailure

WELL = {
    "schedulers": 1,
    "workers": 1,
    "workers_here": 1,
    "oldest_waiting": 0.0,
    "ahead_of_redis": 0.0,
}


def codes(**facts: object) -> list[str]:
    found = diagnose(Facts(**(WELL | facts)), queue_old_seconds=60)
    return [cause.code for cause in found.causes]


def hidden(**facts: object) -> dict[str, str]:
    return diagnose(Facts(**(WELL | facts)), queue_old_seconds=60).hidden


def test_nothing_wrong_is_no_cause() -> None:
    assert codes() == []
    assert hidden() == {}


NOBODY = {"schedulers": 0, "workers": 0, "workers_here": 0}
UNKNOWN = {"schedulers": None, "workers": None, "workers_here": None}
LATE = {"overdue": 600.0, "oldest_waiting": 600.0}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NOBODY, ["no_scheduler", "no_worker"]),
        (NOBODY | LATE, ["no_scheduler", "no_worker"]),
        (NOBODY | {"workers": 3}, ["no_scheduler", "no_worker_here"]),
        (LATE, ["overdue", "queue_old"]),
        (UNKNOWN | LATE | {"redis": "redis_memory"}, ["redis_memory", "overdue"]),
        (NOBODY | {"redis": "redis_replica"}, ["redis_replica"]),
        (LATE | {"database": "database_read_only"}, ["database_read_only"]),
        (LATE | {"scheduler_cause": "database_full"}, ["database_full"]),
        (
            LATE | {"scheduler_cause": "scheduler_failing"},
            ["scheduler_failing", "queue_old"],
        ),
        (
            {
                "disk": "disk_full",
                "database": "database_full",
                "redis": "redis_disk",
            }
            | UNKNOWN
            | LATE,
            ["disk_full"],
        ),
        (
            {"disk": "disk_full", "redis": "redis_memory"},
            ["disk_full", "redis_memory"],
        ),
        (
            {"database": "database_silent", "redis": "redis_silent"} | UNKNOWN,
            ["database_silent", "redis_silent"],
        ),
        ({"redis_memory": 0.97}, ["redis_nearly_full"]),
        ({"redis_memory": 0.97, "redis": "redis_memory"}, ["redis_memory"]),
        ({"disk": "disk_nearly_full"}, ["disk_nearly_full"]),
        ({"scheduler_cause": "no such code"}, []),
        ({"scheduler_cause": "overdue"}, []),
    ],
)
def test_the_true_cause_comes_first(
    facts: dict[str, object], expected: list[str]
) -> None:
    assert codes(**facts) == expected


@pytest.mark.parametrize(
    ("database", "redis", "expected"),
    [
        (None, 1.0, []),
        (None, 3.0, ["clock_of_redis"]),
        (-3.0, 0.0, ["clock_of_database"]),
        (3.0, 300.0, ["clock_of_database", "clock_of_redis"]),
        (300.0, 290.0, ["clock_apart"]),
        (-300.0, -290.0, ["clock_apart"]),
        (300.0, -300.0, ["clock_of_database", "clock_of_redis"]),
    ],
)
def test_one_clock_that_differs_is_a_warning_and_two_that_agree_are_an_error(
    database: float | None, redis: float, expected: list[str]
) -> None:
    facts = WELL | {"ahead_of_database": database, "ahead_of_redis": redis}
    found = diagnose(Facts(**facts), queue_old_seconds=60)
    assert [cause.code for cause in found.causes] == expected
    is_error = expected == ["clock_apart"]
    assert (found.severity == Severity.ERROR) is is_error


def test_a_ledger_that_is_ahead_explains_why_nothing_fires() -> None:
    facts = Facts(**(WELL | {"ledger_ahead": 172_800.0, "overdue": 600.0}))
    (cause,) = diagnose(facts, queue_old_seconds=60).causes
    assert cause.what.startswith("The ledger is 2 days ahead of the clock")


def test_what_is_explained_or_unknown_says_where_to_look() -> None:
    assert hidden(**UNKNOWN, redis="redis_silent") == {
        "scheduler": "redis",
        "worker": "redis",
    }
    assert hidden(database="database_silent", oldest_waiting=None) == {
        "firing": "database",
        "queue": "database",
    }
    assert hidden(**NOBODY, **LATE) == {"firing": "scheduler", "queue": "worker"}


def test_zero_seconds_never_call_a_queue_old() -> None:
    facts = Facts(**(WELL | {"oldest_waiting": 1e6}))
    assert diagnose(facts, queue_old_seconds=0).causes == []


@pytest.mark.parametrize("failure", [*DatabaseFailure, *RedisFailure])
def test_every_failure_has_its_cause(failure: str) -> None:
    assert failure in CAUSES


def test_the_words_hold_numbers_and_nothing_of_the_site() -> None:
    allowed = {"seconds", "direction"}
    for cause in CAUSES.values():
        fields = {
            name for _, name, _, _ in string.Formatter().parse(cause.what) if name
        }
        assert fields <= allowed
        assert re.fullmatch(r"[A-Z].*[.]", cause.what)
        assert re.fullmatch(r"[A-Z].*[.]", cause.remedy)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 seconds"),
        (1, "1 second"),
        (48.4, "48 seconds"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"),
        (7_500, "2 hours 5 minutes"),
        (90_000, "1 day 1 hour"),
    ],
)
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
