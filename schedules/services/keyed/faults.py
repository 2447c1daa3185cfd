"""The problems of many declarations, each by its index and field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schedules.exceptions import InvalidSchedule


class Faults:
    """Collects refusals, so that one tells all. `listed`: the fields are named with the index
    of their schedule, as in `[3].name`."""

    def __init__(self, *, listed: bool) -> None:
        self._listed = listed
        self._errors: dict[str, list[str]] = {}

    @contextmanager
    def of(self, index: int) -> Iterator[None]:
        """Collect what is refused in the body, of the schedule with this index."""
        try:
            yield
        except InvalidSchedule as refused:
            for field, reasons in refused.errors.items():
                path = f"[{index}].{field}" if self._listed else field
                self._errors.setdefault(path, []).extend(reasons)

    def refuse(self) -> None:
        """Raise `InvalidSchedule` with all that was collected, if anything was."""
        if self._errors:
            raise InvalidSchedule(errors=self._errors)
