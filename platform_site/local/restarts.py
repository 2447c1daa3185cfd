"""When a service that has ended is restarted. Pure."""

from __future__ import annotations

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
# A service that ran this long is healthy again: its next end counts as the first.
STEADY_SECONDS = 30.0


def back_off(failures: int, *, ran_for: float) -> tuple[int, float]:
    """How many times in a row it has now ended, and the seconds until its restart."""
    in_a_row = 1 if ran_for >= STEADY_SECONDS else failures + 1
    return in_a_row, min(FIRST_DELAY * 2 ** min(in_a_row - 1, 16), LONGEST_DELAY)
