"""One action on many rows, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from workflows.kit.errors import DomainError, Unavailable, Unexpected
from workflows.kit.logs import get_logger
from workflows.kit.refusals import refusals
from workflows.kit.sqlite_write_lock import brief_write

log = get_logger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Result]):
    """The result of the action for one item, or its refusal."""

    item: Item
    result: Result | None = None
    refusal: DomainError | None = None


def one_by_one(
    items: Iterable[Item], act: Callable[[Item], Result]
) -> Iterator[Outcome[Item, Result]]:
    """Act on each item in a transaction of its own; a refusal of one does not stop the rest.

    Each attempt may wait for the database. Once it was unavailable, the remaining items are
    refused without another attempt.
    """
    away: DomainError | None = None
    for item in items:
        if away:
            yield Outcome(item, refusal=away)
            continue
        with brief_write():
            outcome = attempt(item, act)
        if isinstance(outcome.refusal, Unavailable):
            away = outcome.refusal
        yield outcome


def attempt(item: Item, act: Callable[[Item], Result]) -> Outcome[Item, Result]:
    """Act on one item. Every error is a refusal; one that is unexpected is logged."""
    try:
        with refusals():
            return Outcome(item, act(item))
    except DomainError as refusal:
        return Outcome(item, refusal=refusal)
    except Exception:
        log.exception("bulk_item_failed", item=str(item))
        return Outcome(item, refusal=Unexpected())
