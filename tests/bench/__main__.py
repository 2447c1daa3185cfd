"""`python -m tests.bench`: one measurement; each result is a line of JSON, `[name, value]`."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser

import django


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("what")
    parser.add_argument("--schedules", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    django.setup()
    from tests.bench.measure import measure  # models exist from here on

    for result in measure(options):
        print(json.dumps(result), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
