"""Prints what every door answers to which error: `python -m tests.schedules.services.doors`."""

from __future__ import annotations

import sys

import pytest


def main() -> int:
    options = ["-q", "-p", "no:randomly", "-n", "0", "--no-header"]
    failed = pytest.main([*options, "tests/schedules/services/test_every_door.py"])
    from tests.schedules.services.test_every_door import ANSWERS, DOORS

    print("| error |", " | ".join(DOORS), "| the sentence |")
    print("|---" * (len(DOORS) + 2) + "|")
    for name, answers in ANSWERS.items():
        cells = [
            " ".join(filter(None, (str(each.status or ""), each.code))) or "message"
            for each in answers.values()
        ]
        print("|", name, "|", " | ".join(cells), "|", answers["tool"].text, "|")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
