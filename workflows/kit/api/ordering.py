"""`?ordering=`: the field by which a list is sorted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from workflows.kit.api.queries import choice_filter


def ordering_filter(*fields: str) -> filters.ChoiceFilter:
    """Sorts by one of `fields`, with a leading `-` in descending order. Rows without a value
    come last."""
    names = [sign + field for field in fields for sign in ("", "-")]
    return choice_filter(
        [(name, name) for name in names],
        method=_ordered,
        label="the field to sort by; a leading - sorts in descending order",
    )


def _ordered(rows: QuerySet[Any], _name: str, ordering: str) -> QuerySet[Any]:
    return rows.order_by(ordering)
