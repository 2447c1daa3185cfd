"""Run the tests with the whole computer's clock at another date, on both databases.

    python -m tests.another_date [CLOCK] [pytest arguments]

CLOCK is one of tests/clocks.py, half-year unless given. All processes that the tests
start are at that date, Valkey, PostgreSQL and the browser's server among them. Needs
libfaketime (Debian: sudo apt install faketime).
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.clocks import CLOCKS, NOW, clock_at

LIBRARIES = (
    *Path("/usr/lib").glob("*/faketime/libfaketime.so.1"),
    *Path("/usr/lib/faketime").glob("libfaketime.so.1"),
)
SITE = Path(__file__).parent / "shifted_clock"
NO_TESTS_COLLECTED = 5  # pytest's exit status


def environment(clock: str, now: datetime) -> dict[str, str]:
    """What makes a process, and all that it starts, live at another date."""
    seconds = (clock_at(clock, now) - now).total_seconds()
    return {
        **os.environ,
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": f"{seconds:+.3f}",
        # Time-outs and pauses take as long as ever.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": os.pathsep.join([str(SITE), os.environ.get("PYTHONPATH", "")]),
    }


def main(arguments: list[str]) -> int:
    if not LIBRARIES:
        print("libfaketime is missing (Debian: sudo apt install faketime).")
        return 1
    clock = arguments.pop(0) if arguments and arguments[0] in CLOCKS else "half-year"
    date = clock_at(clock, datetime.now(UTC))
    shifted = environment(clock, datetime.now(UTC))
    statuses = []
    for module in ("tests.postgresql", "pytest"):
        print(f"\n{module} at {date:%Y-%m-%d %H:%M:%S} UTC", flush=True)
        command = [sys.executable, "-m", module, "--clock", NOW, *arguments]
        statuses.append(subprocess.call(command, env=shifted))
    return 0 if set(statuses) <= {0, NO_TESTS_COLLECTED} and 0 in statuses else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
