"""One act on many rows: each is tried for itself, and has an outcome of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from workflows.kit.errors import DomainError, Unavailable, Unexpected
from workflows.kit.refusals import refusals
from workflows.kit.sqlite_write_lock import brief_write

log = structlog.get_logger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Result]):
    """What `act` gave for the item, or why it was refused."""

    item: Item
    result: Result | None = None
    refusal: DomainError | None = None


def one_by_one(
    items: Iterable[Item], act: Callable[[Item], Result]
) -> Iterator[Outcome[Item, Result]]:
    """Act on each in a turn of its own; one that is refused stops no other.

    Each attempt waits for the database: once it could not serve, nobody waits again.
    """
    away: DomainError | None = None
    for item in items:
        outcome: Outcome[Item, Result] = (
            Outcome(item, refusal=away) if away else _tried(item, act)
        )
        if isinstance(outcome.refusal, Unavailable):
            away = outcome.refusal
        yield outcome


def _tried(item: Item, act: Callable[[Item], Result]) -> Outcome[Item, Result]:
    try:
        with brief_write(), refusals():
            return Outcome(item, act(item))
    except DomainError as refusal:
        return Outcome(item, refusal=refusal)
    except Exception:
        log.exception("bulk_item_failed", item=str(item))
        return Outcome(item, refusal=Unexpected())
