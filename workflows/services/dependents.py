"""The rows that go, or are let go, when a row is deleted: counted, or taken away in steps.

Django collects them all and deletes them in one transaction. Of a workflow with thousands
of schedules that takes many seconds, and on SQLite nobody else writes meanwhile.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import CASCADE, SET_NULL, Field, Model, QuerySet

# What one statement takes. A row that goes has receivers, which write; one that is let go
# has none.
DELETED_AT_ONCE = 5
DETACHED_AT_ONCE = 200
# A step takes as many of them as fit: on SQLite nobody else writes meanwhile.
STEP_SECONDS = 0.025
# With more rows than these a deletion takes several steps.
MOST_DELETED = 50
Rows = QuerySet[Any]


def count_deleted(rows: Rows) -> Counter[str]:
    """How many rows of each kind, by its plural, a deletion of `rows` would take."""
    counts = Counter({str(rows.model._meta.verbose_name_plural): rows.count()})
    for _, mine in _dependents(rows, CASCADE):
        counts += count_deleted(mine)
    return +counts


def is_short(rows: Rows) -> bool:
    """Whether so few rows would go with `rows` that one transaction is enough."""
    return _count(rows, CASCADE, MOST_DELETED + 1) <= MOST_DELETED


def detach(rows: Rows) -> bool:
    """One step: some of the rows that outlive `rows` are let go. False when all are.

    To be called within a transaction.
    """
    return _for_a_moment(_detach_some, rows)


def _detach_some(rows: Rows) -> bool:
    for field, mine in _dependents(rows, SET_NULL):
        if some := list(mine.values_list("pk", flat=True)[:DETACHED_AT_ONCE]):
            mine.model._base_manager.filter(pk__in=some).update(**{field.name: None})
            return True
    return False


def few_to_detach(rows: Rows) -> bool:
    """Whether one step is enough to let go of all that outlives `rows`."""
    return _count(rows, SET_NULL, DETACHED_AT_ONCE + 1) <= DETACHED_AT_ONCE


def delete_some(rows: Rows) -> bool:
    """One step: some of what depends on `rows` is deleted, the deepest first, or let go.

    False when nothing depends on them any more. To be called within a transaction.
    """
    return _for_a_moment(_delete_some, rows)


def _delete_some(rows: Rows) -> bool:
    for _, mine in _dependents(rows, CASCADE):
        if some := list(mine.order_by().values_list("pk", flat=True)[:DELETED_AT_ONCE]):
            # What depends on these few first: of all together it would be a long search.
            few = mine.model._base_manager.filter(pk__in=some)
            if not _delete_some(few):
                few.delete()
            return True
    return _detach_some(rows)


def _for_a_moment(some: Callable[[Rows], bool], rows: Rows) -> bool:
    """Does `some`, again and again, for as long as a step may take."""
    until = time.monotonic() + STEP_SECONDS
    while some(rows):
        if time.monotonic() > until:
            return True
    return False


def _count(rows: Rows, on_delete: Any, most: int) -> int:
    """How many rows share the fate of `rows` in this way, and how many that of those that
    are deleted with them; `most` at the most."""
    count = 0
    for _, mine in _dependents(rows, on_delete):
        if count < most:
            count += mine.order_by()[: most - count].count()
    for _, mine in _dependents(rows, CASCADE):
        if count < most:
            count += _count(mine, on_delete, most - count)
    return count


def _dependents(
    rows: Rows, on_delete: Any
) -> Iterator[tuple[Field[Any, Any], QuerySet[Any]]]:
    """The rows that point at `rows` and share their fate in this way, by foreign key.

    Other apps' come first: those that hang on a node are gone before the node is.
    """
    relations = [
        relation
        for relation in rows.model._meta.related_objects
        if relation.on_delete is on_delete
    ]
    own = rows.model._meta.app_label
    relations.sort(key=lambda relation: relation.related_model._meta.app_label == own)
    for relation in relations:
        model: type[Model] = relation.related_model
        found = model._base_manager.filter(**{f"{relation.field.name}__in": rows})
        yield relation.field, found
