"""The name of a copy. The copy itself is created like any new schedule."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from schedules.limits import NAME_LENGTH
from schedules.models import ScheduledJob

if TYPE_CHECKING:
    from workflows.kit.users import User

_ENDING = re.compile(r" \(copy(?: \d+)?\)$")


def name_of_copy(source: ScheduledJob, *, owner: User) -> str:
    """The first of "report (copy)", "report (copy 2)" and so on that no schedule of `owner`
    has. A copy of a copy is named after the original."""
    stem = _ENDING.sub("", source.name)
    taken = set(
        ScheduledJob.objects.filter(owner=owner, name__contains=" (copy").values_list(
            "name", flat=True
        )
    )
    endings = (f" (copy{f' {number}' if number > 1 else ''})" for number in count(1))
    names = (stem[: NAME_LENGTH - len(ending)] + ending for ending in endings)
    return next(name for name in names if name not in taken)
