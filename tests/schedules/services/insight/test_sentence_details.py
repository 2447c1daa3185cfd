"""What a sentence about a run says besides its state: origin, attempt, what was in the way."""

from __future__ import annotations

from typing import Any

import pytest

from schedules.models import Origin, Reason, RunStatus, ScheduledRun
from schedules.policy.types import OpenRuns
from schedules.services.insight.sentences import (
    backfilled_sentence,
    reason_text,
    run_sentence,
)
from tests.schedules.unsaved import BY_ALICE, MINUTE, NINE, run
from workflows.failures import FailureKind

ORIGINS = {
    Origin.SCHEDULE: "",
    Origin.CATCH_UP: " as a catch-up",
    Origin.BACKFILL: " in a backfill",
    Origin.MANUAL: " on request",
}


@pytest.mark.parametrize("origin", Origin)
def test_a_run_says_how_it_came_about(origin: Origin) -> None:
    how = ORIGINS[origin]
    said = [
        run_sentence(run(status, kind=kind, origin=origin), None)
        for status, kind in (
            (RunStatus.PENDING, None),
            (RunStatus.RUNNING, None),
            (RunStatus.SUCCEEDED, None),
            (RunStatus.FAILED, FailureKind.LOST),
            (RunStatus.FAILED, FailureKind.NO_TRIGGER),
            (RunStatus.CANCELLED, None),
        )
    ]
    started = f"It ran{how}: it started at 2026-11-23 09:01:00 UTC and"
    ended = "at 2026-11-23 09:05:00 UTC"
    assert said == [
        f"It fired{how} and has been waiting for a worker since 2026-11-23 09:00:00 UTC.",
        f"It has been running{how} since 2026-11-23 09:01:00 UTC.",
        f"{started} succeeded {ended}.",
        f"{started} failed {ended} because its worker stopped or could not renew its lease.",
        f"It fired{how} but could not start {ended} because no active trigger of its workflow "
        'accepted the schedule. Error: The workflow "nightly" is not active.',
        f"{started} was cancelled {ended}.",
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            run(RunStatus.PENDING, enqueued_at=None),
            "It fired but has not been sent to the queue yet.",
        ),
        (
            run(RunStatus.PENDING, kind=FailureKind.LOST, enqueued_at=None),
            "Attempt 2 has not been sent to the queue yet. Attempt 1 failed because its "
            "worker stopped or could not renew its lease.",
        ),
        (
            run(RunStatus.RUNNING, cancel_requested_at=NINE + 4 * MINUTE),
            "It has been running since 2026-11-23 09:01:00 UTC. It was asked to stop at "
            "2026-11-23 09:04:00 UTC.",
        ),
        (
            run(RunStatus.SUCCEEDED, attempt=3),
            "It ran: attempt 3 started at 2026-11-23 09:01:00 UTC and succeeded at "
            "2026-11-23 09:05:00 UTC.",
        ),
        (
            run(RunStatus.FAILED, kind=FailureKind.TIMEOUT, attempt=2),
            "It ran: attempt 2 started at 2026-11-23 09:01:00 UTC and failed at "
            "2026-11-23 09:05:00 UTC because it timed out after 60 s.",
        ),
        (
            run(RunStatus.FAILED, kind=FailureKind.TIMEOUT, deadline_at=None),
            "It ran: it started at 2026-11-23 09:01:00 UTC and failed at "
            "2026-11-23 09:05:00 UTC because it timed out.",
        ),
        (
            run(RunStatus.FAILED, kind=FailureKind.NO_TRIGGER, attempt=2, error=""),
            "Attempt 2 could not start at 2026-11-23 09:05:00 UTC because no active trigger "
            "of its workflow accepted the schedule.",
        ),
        (
            run(RunStatus.FAILED, Reason.REPLACED, FailureKind.CRASH, error=""),
            "It ran: it started at 2026-11-23 09:01:00 UTC and failed at "
            "2026-11-23 09:05:00 UTC because its process crashed.",
        ),
        (
            run(RunStatus.FAILED, Reason.PAUSED, FailureKind.LOST, attempt=3),
            "It ran: attempt 2 started at 2026-11-23 09:01:00 UTC and failed because its "
            "worker stopped or could not renew its lease. Attempt 3 was cancelled at "
            "2026-11-23 09:05:00 UTC because the schedule was paused.",
        ),
        (
            run(RunStatus.CANCELLED, Reason.REPLACED, started_at=None),
            "It never started: it was cancelled at 2026-11-23 09:05:00 UTC because a newer "
            "run replaced it.",
        ),
        (
            run(RunStatus.CANCELLED, Reason.REPLACED, attempt=2),
            "Attempt 1 failed, and attempt 2 was cancelled at 2026-11-23 09:05:00 UTC because "
            "a newer run replaced it.",
        ),
        (
            run(
                RunStatus.CANCELLED,
                Reason.REPLACED,
                attempt=2,
                cancel_requested_at=NINE + 4 * MINUTE,
            ),
            "It ran: attempt 2 started at 2026-11-23 09:01:00 UTC and was cancelled at "
            "2026-11-23 09:05:00 UTC because a newer run replaced it.",
        ),
    ],
)
def test_the_rarer_states_of_a_run(row: ScheduledRun, sentence: str) -> None:
    assert run_sentence(row, None) == sentence


@pytest.mark.parametrize(
    ("ahead", "still"),
    [
        (OpenRuns(pending=1, retrying=1, running=1), "running"),
        (OpenRuns(pending=1, retrying=1), "waiting for its next attempt"),
        (OpenRuns(pending=1), "waiting in the queue"),
    ],
)
def test_a_waiting_run_says_what_it_is_waiting_for(ahead: OpenRuns, still: str) -> None:
    said = run_sentence(run(RunStatus.WAITING), None, ahead)
    assert said == f"It is waiting for an earlier run, which is still {still}."


def overlapped(**found: Any) -> ScheduledRun:
    counts = {"rule": "policy", "running": 0, "pending": 0, "retrying": 0, "waiting": 0}
    return run(RunStatus.SKIPPED, Reason.OVERLAP, overlap=counts | found)


@pytest.mark.parametrize(
    ("found", "what"),
    [
        ({"running": 1}, "an earlier run was still running"),
        ({"pending": 1}, "an earlier run was still waiting in the queue"),
        ({"retrying": 1}, "an earlier run was still waiting for its next attempt"),
        (
            {"running": 1, "waiting": 1},
            "an earlier run was still running, and another was waiting for it",
        ),
        (
            {"running": 1, "waiting": 2},
            "an earlier run was still running, and 2 others were waiting for it",
        ),
        (
            {"rule": "max_waiting", "pending": 1, "waiting": 100},
            "an earlier run was still waiting in the queue, and 100 ticks, the most allowed, "
            "were waiting for it",
        ),
        (
            {"rule": "max_open_runs", "running": 3, "pending": 2, "retrying": 1},
            "as many runs were open as max_open_runs allows (3 running, 2 waiting in the "
            "queue, 1 waiting for a retry)",
        ),
    ],
)
def test_an_overlap_names_what_was_open(found: dict[str, Any], what: str) -> None:
    row = overlapped(**found)
    said = f"It did not run: {what}; overlapping ticks are skipped."
    assert run_sentence(row, None) == said
    assert reason_text(row) == f"overlap: {what}"


def test_what_a_backfill_took_up_says_both() -> None:
    skipped = run(RunStatus.SKIPPED, Reason.PAUSED)
    backfill = run(RunStatus.SUCCEEDED, origin=Origin.BACKFILL)
    assert backfilled_sentence(skipped, BY_ALICE, backfill, None) == (
        "It ran in a backfill: it started at 2026-11-23 09:01:00 UTC and succeeded at "
        "2026-11-23 09:05:00 UTC. When it was due, it did not run: the schedule was paused "
        'at 2026-11-23 08:59:00 UTC by alice ("holidays").'
    )


@pytest.mark.parametrize(
    ("status", "reason", "kind", "text"),
    [
        (RunStatus.SUCCEEDED, Reason.NONE, None, ""),
        (RunStatus.SKIPPED, Reason.PAUSED, None, "paused"),
        (RunStatus.FAILED, Reason.NONE, FailureKind.LOST, "worker lost"),
        (RunStatus.FAILED, Reason.PAUSED, FailureKind.TIMEOUT, "paused, timed out"),
    ],
)
def test_the_reason_in_a_few_words(
    status: RunStatus, reason: Reason, kind: FailureKind | None, text: str
) -> None:
    assert reason_text(run(status, reason, kind)) == text
