"""How every list of the API is paged: `{results, next, previous}`, without counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db import models
from django.db.models.sql.where import WhereNode
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView
from typing_extensions import override

from workflows.kit.api.keyset import Order, Position, order_of

MAX_PAGE_SIZE = 200


class Paging(CursorPagination):
    """By cursor, so that no page is slower than the first and none repeats a row: a
    cursor holds the place of a row in the order, and its key to tell it from its equals.

    The order is that of the queryset, or of its model.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    @override
    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("page_size", str(self.page_size))
        size = int(asked) if re.fullmatch("[0-9]{1,3}", asked) else 0
        if not 1 <= size <= MAX_PAGE_SIZE:
            reason = f"A whole number from 1 to {MAX_PAGE_SIZE}."
            raise ValidationError({"page_size": [reason]})
        return size

    @override
    def paginate_queryset(
        self,
        queryset: models.QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any] | None:
        assert isinstance(queryset, models.QuerySet)
        size = self.get_page_size(request)
        self.address = request.build_absolute_uri()
        self.order = order_of(queryset)
        backward, position = self._cursor(request)
        places = self.order.places(
            queryset, size + 1, beyond=position, backward=backward
        )
        more, places = len(places) > size, places[:size]
        if backward:
            places.reverse()
        # Where the reader came from there is something, or was when the cursor was made.
        came = position is not None
        self.later = places[-1] if places and (more or backward) else None
        self.earlier = places[0] if places and (more if backward else came) else None
        return _rows(queryset, [place[-1] for place in places])

    def _cursor(self, request: Request) -> tuple[bool, Position | None]:
        """Which way to go, and from where; signed, so nobody else can have written it."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return False, None
        try:
            backward, values = signing.loads(text, salt=self.order.name)
        except signing.BadSignature as error:
            reason = "This is no cursor that this list, in this order, has given."
            raise ValidationError({self.cursor_query_param: [reason]}) from error
        return backward, self.order.read(values)

    @override
    def get_next_link(self) -> str | None:
        return self._link(self.later, backward=False)

    @override
    def get_previous_link(self) -> str | None:
        return self._link(self.earlier, backward=True)

    def _link(self, place: Position | None, *, backward: bool) -> str | None:
        if place is None:
            return None
        cursor = signing.dumps(
            [backward, Order.written(place)], salt=self.order.name, compress=True
        )
        return replace_query_param(self.address, self.cursor_query_param, cursor)

    @override
    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )


def _rows(queryset: models.QuerySet[Any], keys: list[Any]) -> list[Any]:
    """The rows of these keys, in their order. What is looked up for each row (its last
    run) is so looked up for one page, not for all that had to be sorted."""
    found = queryset.order_by()
    # That they belong here is known: one that leaves the reader's sight between the two
    # queries is shown as if it had been read before. Asked once more, SQLite would rather
    # go through all rows of their owner than look these up by their keys.
    found.query.where = WhereNode()
    rows = {row.pk: row for row in found.filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]
