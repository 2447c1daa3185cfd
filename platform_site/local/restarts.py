"""When a service that ended is started again. Pure."""

from __future__ import annotations

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
# Whoever ran this long is in order again: its next end is its first.
STEADY_SECONDS = 30.0


def back_off(failures: int, *, ran_for: float) -> tuple[int, float]:
    """How many times in a row it has now ended, and the seconds until its next start."""
    in_a_row = 1 if ran_for >= STEADY_SECONDS else failures + 1
    return in_a_row, min(FIRST_DELAY * 2 ** min(in_a_row - 1, 16), LONGEST_DELAY)
