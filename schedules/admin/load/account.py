"""The account of moves: what was done, what was refused, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import ngettext

from schedules.models import ScheduledJob
from schedules.services import Spreading
from workflows.display.numbers import grouped
from workflows.kit.bulk import Outcome

if TYPE_CHECKING:
    from workflows.kit.users import User


@dataclass(frozen=True, slots=True)
class Moved:
    schedule: ScheduledJob
    was_next: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """`name` is empty for a schedule that the person may not see."""

    id: UUID
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    title: str
    moved: list[Moved]
    refused: list[Refused]

    @property
    def number_refused(self) -> int:
        return len(self.refused)


def account_of(
    outcomes: Iterable[Outcome[UUID, Spreading]],
    user: User,
) -> Account:
    """Makes the moves."""
    moved, refusals = [], {}
    for outcome in outcomes:
        if outcome.result is None:
            refusals[outcome.item] = outcome.refusal.in_full if outcome.refusal else ""
            continue
        done = outcome.result
        moved.append(Moved(done.schedule, done.was_next))
    visible = ScheduledJob.objects.visible_to(user)
    names = dict(visible.filter(pk__in=refusals).values_list("pk", "name"))
    refused = [Refused(pk, names.get(pk, ""), why) for pk, why in refusals.items()]
    return Account(_title(len(moved), len(refused)), moved, refused)


def _title(moved: int, refused: int) -> str:
    if not refused:
        return ngettext("Moved {} schedule", "Moved {} schedules", moved).format(
            grouped(moved)
        )
    everything = moved + refused
    return ngettext(
        "Moved {moved} of {all} schedule",
        "Moved {moved} of {all} schedules",
        everything,
    ).format(moved=grouped(moved), all=grouped(everything))
