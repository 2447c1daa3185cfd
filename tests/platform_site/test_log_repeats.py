"""Lines that say the same again and again are counted, not written."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from platform_site import log_repeats
from platform_site.log_repeats import MAX_COUNTED, MAX_EQUAL, BoundedHandler


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopwatch = Clock()
    monkeypatch.setattr(log_repeats, "time", stopwatch)
    return stopwatch


@pytest.fixture
def handler(stopwatch: Clock) -> BoundedHandler:
    handler = BoundedHandler()
    handler.setStream(StringIO())
    return handler


@pytest.fixture
def log(handler: BoundedHandler) -> Iterator[logging.Logger]:
    log = logging.getLogger("tests.repeats")
    log.propagate = False
    log.addHandler(handler)
    yield log
    log.removeHandler(handler)
    log.propagate = True


def lines(handler: BoundedHandler) -> list[str]:
    return handler.stream.getvalue().splitlines()


def test_the_first_ones_are_written_and_the_rest_is_counted(
    handler: BoundedHandler, log: logging.Logger, stopwatch: Clock
) -> None:
    for number in range(1, 1001):
        log.error("accept failed on %s", "socket 7")
        stopwatch.now += 0.001
        assert len(lines(handler)) == min(number, MAX_EQUAL)
    stopwatch.now += 10
    log.info("something else")
    assert lines(handler)[MAX_EQUAL:] == [
        "990 more lines like this were omitted within 10 seconds: "
        "accept failed on socket 7",
        "something else",
    ]


def test_in_the_next_period_they_are_written_again(
    handler: BoundedHandler, log: logging.Logger, stopwatch: Clock
) -> None:
    for _ in range(3):
        for _ in range(MAX_EQUAL):
            log.warning("away")
        stopwatch.now += 11
    assert lines(handler) == ["away"] * 3 * MAX_EQUAL


def test_what_differs_is_written(handler: BoundedHandler, log: logging.Logger) -> None:
    for number in range(50):
        log.warning("run %d failed", number)
        log.log(
            logging.WARNING if number % 2 else logging.ERROR, "at the end %d", number
        )
    assert len(lines(handler)) == 100


def test_what_was_done_is_written_however_often(
    handler: BoundedHandler, log: logging.Logger
) -> None:
    for _ in range(100):
        log.info("tick fired")
    assert len(lines(handler)) == 100


def test_the_number_of_omitted_lines_is_logged_at_the_end(
    handler: BoundedHandler, log: logging.Logger
) -> None:
    for _ in range(MAX_EQUAL + 5):
        log.warning("away")
    handler.close()
    assert lines(handler)[-1].startswith("5 more lines like this")


def test_no_number_of_different_lines_fills_the_memory(
    handler: BoundedHandler, log: logging.Logger
) -> None:
    for number in range(3 * MAX_COUNTED):
        log.warning("address %d", number)
    assert len(handler._periods) == MAX_COUNTED


def test_structured_lines_are_equal_but_for_their_time(
    log_lines: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = structlog.get_logger("anything")
    for _ in range(MAX_EQUAL + 30):
        log.warning("redis_away_in_test", error="refused")
        time.sleep(0.001)  # each has a time of its own
    for number in range(3):
        log.warning("redis_away_in_test", error=f"refused {number}")
    assert callable(log_lines)
    written = log_lines()
    assert written.count("error=refused\n") == MAX_EQUAL
    assert written.count('error="refused ') == 3
