"""The moves that a person has confirmed, made one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from typing_extensions import override

from schedules.services import Actor, Spreading, spread_schedule
from schedules.services.bulk import for_each
from schedules.services.insight.load.spreading import MOST_MOVES
from workflows.kit.bulk import Outcome
from workflows.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Chosen:
    """One move as the form sends it: `<id>:<minutes>:<version>`."""

    id: UUID
    minutes: int
    version: int

    @override
    def __str__(self) -> str:
        return f"{self.id}:{self.minutes}:{self.version}"

    @classmethod
    def read(cls, text: str) -> Chosen:
        try:
            key, minutes, version = text.split(":")
            return cls(UUID(key), int(minutes), int(version))
        except ValueError:
            raise InvalidInput(
                _(
                    "A move is the id of a schedule, minutes and a version, as the page sends it."
                )
            ) from None


def read_moves(texts: Iterable[str]) -> list[Chosen]:
    """Raises `InvalidInput` for what the page does not send."""
    moves = [Chosen.read(text) for text in texts]
    if len(moves) > MOST_MOVES:
        raise InvalidInput(
            _("At most {} schedules at once: nothing was done.").format(MOST_MOVES)
        )
    return moves


def make_moves(
    moves: Iterable[Chosen], *, actor: Actor, now: datetime
) -> Iterator[Outcome[UUID, Spreading]]:
    """Each in a transaction of its own; a refusal of one does not stop the others."""
    by_id = {move.id: move for move in moves}
    return for_each(
        by_id,
        lambda pk: spread_schedule(
            pk, by_id[pk].minutes, version=by_id[pk].version, actor=actor, now=now
        ),
    )
