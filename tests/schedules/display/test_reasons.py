from __future__ import annotations

import pytest

from schedules.display.reasons import run_reason
from schedules.models import Reason, ScheduledRun


def told(status: str, **fields: object) -> str:
    return run_reason(ScheduledRun(status=status, **fields))


@pytest.mark.parametrize("reason", [each for each in Reason.values if each])
def test_every_reason_has_words_of_its_own(reason: str) -> None:
    assert told("skipped", reason=reason) not in ("", reason)


def test_the_first_line_of_an_error_is_told() -> None:
    error = "\nHTTP 502 from bank.example\nTraceback ..."
    kind = {"failure_kind": "node"}
    assert told("failed", error=error, **kind) == "HTTP 502 from bank.example"
    assert told("failed", **kind) == "a step failed"
    assert len(told("failed", error="x" * 5_000, **kind)) < 200


def test_the_text_of_a_time_out_adds_nothing() -> None:
    assert told("failed", error="x", failure_kind="timeout") == "time limit reached"


def test_a_run_that_is_tried_again_tells_why() -> None:
    again = told("running", attempt=2, failure_kind="node", error="no route")
    assert again == "attempt 1 failed: no route"


def test_what_was_open_is_told() -> None:
    full = told("skipped", reason="overlap", overlap={"rule": "max_open_runs"})
    assert full == "as many runs open as allowed"
    assert told("skipped", reason="overlap") == "previous run still going"


def test_a_run_as_planned_needs_no_reason() -> None:
    assert told("succeeded") == ""
    assert told("waiting") == "for an earlier run"
