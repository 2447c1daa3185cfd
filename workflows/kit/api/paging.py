"""Pagination of every list of the API: `{results, next, previous}`, without counting rows."""

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
    """Pagination by cursor: no page is slower than the first, and none repeats a row. A
    cursor holds the position of a row in the order, which ends with its primary key.

    The order is that of the queryset or its model.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    @override
    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get("page_size", str(self.page_size))
        size = int(asked) if re.fullmatch("[0-9]{1,3}", asked) else 0
        if not 1 <= size <= MAX_PAGE_SIZE:
            reason = f"Must be a whole number from 1 to {MAX_PAGE_SIZE}."
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
        # There was a row on the side from which the reader came when the cursor was made.
        came = position is not None
        self.later = places[-1] if places and (more or backward) else None
        self.earlier = places[0] if places and (more if backward else came) else None
        return _rows(queryset, [place[-1] for place in places])

    def _cursor(self, request: Request) -> tuple[bool, Position | None]:
        """The direction and the position. The signature proves that a page contained it."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return False, None
        try:
            backward, values = signing.loads(text, salt=self.order.name)
        except signing.BadSignature as error:
            reason = "This is not a valid cursor of this list in this order."
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
    """The rows with these keys, in this order. Subqueries of a row (such as its last run)
    are thus evaluated for one page instead of for all rows that had to be sorted."""
    found = queryset.order_by()
    # The first query has applied the filters. A row that the reader may no longer see by
    # the second query is shown as if it had been read before. With the filters repeated,
    # SQLite would scan all rows of an owner instead of looking these up by their keys.
    found.query.where = WhereNode()
    rows = {row.pk: row for row in found.filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]
