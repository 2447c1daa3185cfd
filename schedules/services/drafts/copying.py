"""Copying a schedule: the name of the copy. The copy itself is made like any new schedule."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from schedules.limits import NAME_LENGTH
from schedules.models import ScheduledJob

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_ENDING = re.compile(r" \(copy(?: \d+)?\)$")


def name_of_copy(source: ScheduledJob, *, owner: User) -> str:
    """ "report (copy)", "report (copy 2)" and so on: the first that no schedule of `owner`
    has. The copy of a copy is one of the same report."""
    stem = _ENDING.sub("", source.name)
    taken = set(
        ScheduledJob.objects.filter(owner=owner, name__contains=" (copy").values_list(
            "name", flat=True
        )
    )
    endings = (f" (copy{f' {number}' if number > 1 else ''})" for number in count(1))
    names = (stem[: NAME_LENGTH - len(ending)] + ending for ending in endings)
    return next(name for name in names if name not in taken)
