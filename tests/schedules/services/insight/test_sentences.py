"""A run in every state, for every reason and of every kind of failure, as a whole sentence."""

from __future__ import annotations

from itertools import product

import pytest
from django.db.models import Q

from schedules.models import Reason, RunStatus, ScheduledRun
from schedules.services.insight.sentences import run_sentence
from tests.schedules.unsaved import BY_ALICE, ERRORS, OPEN, run
from workflows.failures import FailureKind


def is_possible(status: RunStatus, kind: FailureKind | None) -> bool:
    """Whether the constraint `run_failed_has_kind` allows it."""
    if status == RunStatus.FAILED:
        return kind is not None
    return kind is None or status in OPEN


# What follows "because", and the error that is repeated after it.
CAUSES = {
    FailureKind.NODE: ("a node failed", ERRORS[FailureKind.NODE]),
    FailureKind.TIMEOUT: ("it timed out after 60 s", ""),
    FailureKind.LOST: ("its worker stopped or could not renew its lease", ""),
    FailureKind.NO_TRIGGER: (
        "no active trigger of its workflow accepted the schedule",
        ERRORS[FailureKind.NO_TRIGGER],
    ),
    FailureKind.NOT_ALLOWED: (
        "the owner of the schedule may no longer run its workflow",
        ERRORS[FailureKind.NOT_ALLOWED],
    ),
    FailureKind.BROKEN: (
        "its workflow or its payload is broken",
        ERRORS[FailureKind.BROKEN],
    ),
    FailureKind.CRASH: ("its process crashed", ERRORS[FailureKind.CRASH]),
}
RAN = "It ran: it started at 2026-11-23 09:01:00 UTC and"
FIRST_FAILED = " Attempt 1 failed because {cause}.{error}"
DID_NOT_RUN = {
    Reason.NONE: "It did not run: no reason was recorded.",
    Reason.OVERLAP: "It did not run: an earlier run was still open; overlapping ticks are skipped.",
    Reason.PAUSED: 'It did not run: the schedule was paused at 2026-11-23 08:59:00 UTC by alice ("holidays").',
    Reason.EDITED: 'It did not run: its timing was changed at 2026-11-23 08:59:00 UTC by alice ("holidays") before it fired.',
    Reason.LIMIT: "It did not run: the schedule had already fired as often as max_runs allows.",
    Reason.WINDOW: "It did not run: it was found too late, outside the catch-up window.",
    Reason.POLICY: "It did not run: it was found late, and the catch-up policy did not choose it.",
    Reason.STOPPED: "It did not run: the schedule was deleted.",
    Reason.REPLACED: "It did not run: a newer run replaced it.",
}
FAILED = {
    Reason.NONE: f"{RAN} failed at 2026-11-23 09:05:00 UTC because {{cause}}.{{error}}",
    Reason.PAUSED: (
        f"{RAN} failed because {{cause}}. Attempt 2 was cancelled at 2026-11-23 09:05:00 UTC "
        "because the schedule was paused.{error}"
    ),
    Reason.STOPPED: (
        f"{RAN} failed because {{cause}}. Attempt 2 was cancelled at 2026-11-23 09:05:00 UTC "
        "because the schedule was deleted.{error}"
    ),
}
NOT_STARTED = {
    reason: text.replace(RAN + " failed", "It fired but could not start")
    for reason, text in FAILED.items()
}
# By status, then by reason; with any other reason it is the sentence without one.
SENTENCES: dict[RunStatus, dict[Reason, str]] = {
    RunStatus.PENDING: {
        Reason.NONE: "It fired and has been waiting for a worker since 2026-11-23 09:00:00 UTC."
    },
    RunStatus.WAITING: {
        Reason.NONE: "It is waiting for an earlier run of the schedule to end."
    },
    RunStatus.RUNNING: {
        Reason.NONE: "It has been running since 2026-11-23 09:01:00 UTC.",
        Reason.REPLACED: (
            "It has been running since 2026-11-23 09:01:00 UTC. It was asked to stop for a "
            "newer run at 2026-11-23 09:04:00 UTC."
        ),
    },
    RunStatus.SUCCEEDED: {Reason.NONE: f"{RAN} succeeded at 2026-11-23 09:05:00 UTC."},
    RunStatus.FAILED: FAILED,
    RunStatus.CANCELLED: {
        Reason.NONE: f"{RAN} was cancelled at 2026-11-23 09:05:00 UTC.",
        Reason.PAUSED: f"{RAN} was cancelled at 2026-11-23 09:05:00 UTC because the schedule was paused.",
        Reason.STOPPED: f"{RAN} was cancelled at 2026-11-23 09:05:00 UTC because the schedule was deleted.",
        Reason.REPLACED: f"{RAN} was cancelled at 2026-11-23 09:05:00 UTC because a newer run replaced it.",
    },
    RunStatus.SKIPPED: DID_NOT_RUN,
    RunStatus.MISSED: DID_NOT_RUN,
}
# Of a second attempt.
AGAIN: dict[RunStatus, dict[Reason, str]] = {
    RunStatus.PENDING: {
        Reason.NONE: f"Attempt 2 has been waiting for a worker since 2026-11-23 09:00:00 UTC.{FIRST_FAILED}"
    },
    RunStatus.WAITING: {
        Reason.NONE: f"Attempt 2 is due at 2026-11-23 09:06:00 UTC.{FIRST_FAILED}"
    },
    RunStatus.RUNNING: {
        Reason.NONE: f"Attempt 2 has been running since 2026-11-23 09:01:00 UTC.{FIRST_FAILED}",
        Reason.REPLACED: (
            "Attempt 2 has been running since 2026-11-23 09:01:00 UTC. It was asked to stop "
            f"for a newer run at 2026-11-23 09:04:00 UTC.{FIRST_FAILED}"
        ),
    },
}


def expected(status: RunStatus, reason: Reason, kind: FailureKind | None) -> str:
    found = SENTENCES[status]
    if kind and status in OPEN:
        found = AGAIN[status]
    elif kind in (FailureKind.NO_TRIGGER, FailureKind.NOT_ALLOWED):
        found = NOT_STARTED
    text = found.get(reason, found[Reason.NONE])
    if kind is None:
        return text
    cause, error = CAUSES[kind]
    return text.format(cause=cause, error=f" Error: {error}" if error else "")


def test_the_tables_are_complete() -> None:
    assert set(SENTENCES) == set(RunStatus)
    assert set(AGAIN) == set(OPEN)
    assert set(CAUSES) == set(ERRORS) == set(FailureKind)
    assert set(DID_NOT_RUN) == set(Reason)


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_in_each_state_for_each_reason_and_of_each_kind(
    status: RunStatus,
) -> None:
    for reason, kind in product(Reason, (None, *FailureKind)):
        if is_possible(status, kind):
            said = run_sentence(run(status, reason, kind), BY_ALICE)
            assert said == expected(status, reason, kind), (reason, kind)


@pytest.mark.django_db
def test_the_states_that_are_left_out_cannot_be() -> None:
    (rule,) = (
        each.condition
        for each in ScheduledRun._meta.constraints
        if each.name == "run_failed_has_kind"
    )
    assert isinstance(rule, Q)
    for status, kind in product(RunStatus, (None, *FailureKind)):
        row = run(status, kind=kind)
        values = {"status": status, "failure_kind": kind or "", "attempt": row.attempt}
        assert rule.check(values) == is_possible(status, kind), values
