"""A warning that every try repeats is written once, and then a few times as long as it lasts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import structlog

from workflows.kit import outages
from workflows.kit.outages import EVERY_SECONDS, OutageLog


class Hands:
    """Of a clock that a test moves."""

    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(outages.time, "monotonic", lambda: hands.now)
    return hands


@pytest.fixture
def log() -> OutageLog:
    return OutageLog(structlog.get_logger("outage"))


def test_it_is_written_at_once_and_then_twice_a_minute(
    clock: Hands, log: OutageLog, log_lines: Callable[[], str]
) -> None:
    for _ in range(100):
        log.warning("away", error="refused")
        clock.now += 1
    written = log_lines().splitlines()
    assert len(written) == 100 / EVERY_SECONDS // 1 + 1
    assert [re.findall(r"left_out=(\d+)", line) for line in written] == [
        [],
        ["29"],
        ["29"],
        ["29"],
    ]


def test_another_error_is_written_at_once_but_another_number_is_not(
    clock: Hands, log: OutageLog, log_lines: Callable[[], str]
) -> None:
    log.warning("away", error="ZADD alive 1795844586.4 vm:10583 failed")
    log.warning("away", error="ZADD alive 1795844591.9 vm:10583 failed")
    log.warning("away", error="refused")
    log.warning("gone", error="refused")
    assert len(log_lines().splitlines()) == 3


def test_what_comes_back_later_is_written_at_once(
    clock: Hands, log: OutageLog, log_lines: Callable[[], str]
) -> None:
    log.warning("away")
    clock.now += EVERY_SECONDS
    log.warning("away")
    assert len(log_lines().splitlines()) == 2
    assert "left_out" not in log_lines()


def test_the_outage_log_remembers_a_bounded_number_of_errors(
    clock: Hands, log: OutageLog
) -> None:
    for letters in range(1000):
        log.warning("away", error="x" * letters)
    assert len(outages._written) <= outages.MOST_KEPT
