"""What an upsert has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Outcome = Literal["created", "changed", "unchanged", "revived"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that is not as code wants it: a person has changed it since, or the schedule
    has ended. Both values are plain JSON, times in ISO 8601 in UTC."""

    field: str
    has: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Upserted:
    """What has become of one schedule.

    `outcome`: `created`; `changed`; `unchanged`, then nothing was written; or `revived`, for
    one that had ended and has got a new timing. `status` is `active`, `paused` or `stopped`:
    an upsert neither resumes nor approves.
    """

    key: str
    id: UUID
    outcome: Outcome
    status: str
    kept: tuple[Kept, ...] = ()
