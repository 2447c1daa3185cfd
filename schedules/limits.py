"""The bounds of every number and text of a schedule: declared once, checked by the
services, shown by the API."""

from __future__ import annotations

DAY = 86_400
TEN_YEARS = 3_652 * DAY
MOST_OPEN_RUNS = 100_000

# field: (smallest, greatest), both allowed
NUMBERS: dict[str, tuple[int, int]] = {
    "interval_seconds": (1, TEN_YEARS),
    "jitter_seconds": (0, DAY),
    "catchup_window_seconds": (0, TEN_YEARS),
    "max_open_runs": (0, MOST_OPEN_RUNS),
    "max_runs": (1, 1_000_000_000),
    "max_retries": (0, 100),
    "retry_backoff_seconds": (0, 3_600),
    "timeout_seconds": (1, 7 * DAY),
    "pause_after_failures": (0, 1_000),
}
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 2_000
NOTE_LENGTH = 500
REQUEST_ID_LENGTH = 100
IDEMPOTENCY_KEY_LENGTH = 200
PAYLOAD_BYTES = 64 * 1024
TAGS = 20
TAG_LENGTH = 50
# How many schedules one call changes: each of them takes a write of its own.
MOST_AT_ONCE = 500
