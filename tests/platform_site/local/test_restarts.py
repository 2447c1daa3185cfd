"""The waits between the starts of a service that keeps ending."""

from __future__ import annotations

from platform_site.local.restarts import LONGEST_DELAY, STEADY_SECONDS, back_off


def test_each_end_in_a_row_doubles_the_wait_up_to_a_limit() -> None:
    failures, waits = 0, []
    for _ in range(9):
        failures, wait = back_off(failures, ran_for=0.1)
        waits.append(wait)
    assert waits[:4] == [0.25, 0.5, 1, 2]
    assert waits[-1] == LONGEST_DELAY


def test_a_service_that_ran_steadily_starts_again_at_once() -> None:
    assert back_off(8, ran_for=STEADY_SECONDS) == (1, 0.25)


def test_the_wait_stays_bounded_for_ever() -> None:
    assert back_off(1_000_000, ran_for=0) == (1_000_001, LONGEST_DELAY)
