"""`python -m tests.bench.timing`: how many next ticks a second each kind of expression has."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from schedules.timing import CronTiming, Timing, next_after

EXPRESSIONS = (
    "* * * * *",
    "17 * * * *",
    "*/15 9-17 * * mon-fri",
    "30 2 * * *",
    "0 9 1,15 * *",
    "0 0 13 * fri",
    "0 17 LW * *",
    "0 0 * * 5#2",
    "0 0 1 1 *",
    "0 0 29 2 *",
)
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca")
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2090, 1, 1, tzinfo=UTC)


def next_ticks_a_second(timing: Timing, number: int = 2_000) -> float:
    """One after the other, by the time of the processor; the best of five."""
    return max(_rate(timing, number) for _ in range(5))


def _rate(timing: Timing, number: int) -> float:
    tick, began = START, time.process_time()
    for _ in range(number):
        following = next_after(timing, tick)
        tick = following if following and following < END else START
    return number / (time.process_time() - began)


def main() -> None:
    sys.stdout.write(f"{'':24}{''.join(f'{zone:>22}' for zone in ZONES)}\n")
    for expression in EXPRESSIONS:
        rates = [next_ticks_a_second(CronTiming(expression, zone)) for zone in ZONES]
        sys.stdout.write(f"{expression:24}{''.join(f'{n:22,.0f}' for n in rates)}\n")


if __name__ == "__main__":
    main()
