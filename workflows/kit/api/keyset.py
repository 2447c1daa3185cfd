"""Keyset pagination: positions in an ordered list, and the rows beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

# The values of a row in the fields of the order; the last is its primary key.
Position = tuple[Any, ...]
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """One field of an order. Rows without a value come last in either direction, in which
    the databases differ by default."""

    field: Field[Any, Any]
    descending: bool

    def by(self, *, backward: bool) -> OrderBy:
        """The expression to order by."""
        expression = F(self.field.attname)
        last = (not backward or None) if self.field.null else None
        first = (backward or None) if self.field.null else None
        if self.descending != backward:
            return expression.desc(nulls_last=last, nulls_first=first)
        return expression.asc(nulls_last=last, nulls_first=first)

    def beyond(self, value: Any, *, backward: bool) -> Q:
        """Selects what comes after (backward: before) every row with this value."""
        name = self.field.attname
        if value is None:
            return Q(**{f"{name}__isnull": False}) if backward else Q(pk__in=[])
        side = "lt" if self.descending != backward else "gt"
        beyond = Q(**{f"{name}__{side}": value})
        if self.field.null and not backward:
            beyond |= Q(**{f"{name}__isnull": True})
        return beyond

    def same(self, value: Any) -> Q:
        """Selects the rows with this value."""
        name = self.field.attname
        return Q(**({f"{name}__isnull": True} if value is None else {name: value}))


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of rows: its last key is the primary key."""

    name: str
    keys: tuple[Key, ...]

    def places(
        self,
        rows: QuerySet[Any],
        count: int,
        *,
        beyond: Position | None,
        backward: bool,
    ) -> list[Position]:
        """The positions of the first `count` rows beyond a position, nearest first."""
        if beyond is not None:
            rows = rows.filter(self._beyond(beyond, backward=backward))
        ordered = rows.order_by(*(key.by(backward=backward) for key in self.keys))
        names = [key.field.attname for key in self.keys]
        return list(ordered.values_list(*names)[:count])

    def _beyond(self, position: Position, *, backward: bool) -> Q:
        """`a > 1 or (a = 1 and b > 2)`, and so on."""
        found = Q(pk__in=[])
        for key, value in reversed(list(zip(self.keys, position, strict=True))):
            same = key.same(value) & found
            found = key.beyond(value, backward=backward) | same
        return found & self._bound(position[0], backward=backward)

    def _bound(self, value: Any, *, backward: bool) -> Q:
        """`a >= 1`: redundant, but an index scan can start there."""
        key = self.keys[0]
        if key.field.null:
            return Q()
        side = "lte" if key.descending != backward else "gte"
        return Q(**{f"{key.field.attname}__{side}": value})

    def read(self, values: list[Any]) -> Position:
        """The inverse of `written`."""
        return tuple(
            key.field.to_python(value)
            for key, value in zip(self.keys, values, strict=True)
        )

    @staticmethod
    def written(position: Position) -> list[str | None]:
        """A position as JSON."""
        return [None if value is None else str(value) for value in position]


def order_of(queryset: QuerySet[M]) -> Order:
    """The order of the queryset or its model, followed by the primary key."""
    model = queryset.model
    names = [
        str(name) for name in queryset.query.order_by or model._meta.ordering or ()
    ]
    last = names[-1].startswith("-") if names else False
    pk = model._meta.pk
    keys = [
        Key(model._meta.get_field(name.lstrip("-")), name.startswith("-"))  # type: ignore[arg-type]
        for name in names
    ]
    if all(key.field is not pk for key in keys):
        keys.append(Key(pk, last))
    return Order(f"{model._meta.label}:{','.join(names)}", tuple(keys))
