"""The tests of the project run in a virtual environment that has Ostinato's wheel."""

from __future__ import annotations

collect_ignore = ["project"]
