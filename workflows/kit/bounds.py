"""Bounds that both schedules and the options of `OSTINATO` have."""

from __future__ import annotations

DAY = 86_400
TEN_YEARS = 3_652 * DAY
MOST_OPEN_RUNS = 100_000
