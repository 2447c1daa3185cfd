from __future__ import annotations

import signal
import time
from contextlib import suppress

import pytest

from workflows.exceptions import TimedOut
from workflows.safety.deadline import deadline


class Inner(BaseException):
    """The inner deadline."""


def test_work_that_ends_in_time_is_left_alone():
    with deadline(0.02):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    time.sleep(0.04)


def swallow_everything() -> None:
    with suppress(Exception):
        time.sleep(5)
    time.sleep(5)


def test_work_cannot_swallow_its_deadline():
    with pytest.raises(TimedOut), deadline(0.02):
        swallow_everything()


def test_what_was_swallowed_can_be_raised_once_more():
    with deadline(0.02) as check:
        check()  # not yet
        with suppress(TimedOut):
            time.sleep(5)
        with pytest.raises(TimedOut, match=r"^Timed out after 0\.02 s\.$"):
            check()


def outlive_an_inner_one() -> None:
    with suppress(Inner), deadline(0.02, raising=Inner):
        time.sleep(5)
    time.sleep(5)


def test_an_inner_deadline_ends_first_and_the_outer_one_still_holds():
    started = time.monotonic()
    with pytest.raises(TimedOut), deadline(0.2):
        outlive_an_inner_one()
    assert 0.2 <= time.monotonic() - started < 4.5


def test_an_outer_deadline_ends_what_has_an_inner_one():
    with pytest.raises(TimedOut), deadline(0.02), deadline(3, raising=Inner):
        time.sleep(5)


def test_an_outer_deadline_comes_once_and_leaves_time_to_put_things_in_order():
    done = []

    def put_in_order() -> None:
        try:
            with deadline(3, raising=Inner):
                time.sleep(5)
        finally:
            time.sleep(0.05)
            done.append("all")

    with pytest.raises(TimedOut), deadline(0.02):
        put_in_order()
    assert done == ["all"]


def test_an_alarm_of_somebody_else_reaches_its_handler():
    def cancel(signum, frame):
        raise TimedOut

    before = signal.signal(signal.SIGALRM, cancel)
    try:
        with pytest.raises(TimedOut), deadline(5, raising=Inner):
            signal.raise_signal(signal.SIGALRM)
        assert signal.getsignal(signal.SIGALRM) is cancel
    finally:
        signal.signal(signal.SIGALRM, before)
