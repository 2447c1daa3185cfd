"""The pace of deletions: as many rows in one transaction as its time allows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

# On SQLite a transaction blocks all other writers. One that takes twice as long, since its rows
# have more that depends on them or the disk is busy, still is short.
STEP_SECONDS = 0.05


class Pace:
    """`size` is the number of rows that the next transaction takes."""

    def __init__(self, few: int, many: int) -> None:
        self.size = self._few = few
        self._many = many

    @contextmanager
    def transaction(self) -> Iterator[None]:
        began = time.monotonic()
        with transaction.atomic():
            yield
        took = time.monotonic() - began
        if took < STEP_SECONDS / 2:
            self.size = min(2 * self.size, self._many)
        elif took > STEP_SECONDS:
            self.size = max(self.size // 2, self._few)
