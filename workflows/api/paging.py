"""How every list of the API is paged: `{results, next, previous}`, without counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from workflows.json_value import UNSTORABLE

MAX_PAGE_SIZE = 200


class Paging(CursorPagination):
    """By cursor, so that no page is slower than the first and none repeats a row.

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
    def get_ordering(
        self, request: Request, queryset: models.QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        return tuple(queryset.query.order_by or queryset.model._meta.ordering or ())

    @override
    def paginate_queryset(
        self,
        queryset: models.QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any] | None:
        self.get_page_size(request)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, DjangoValidationError, ValueError) as error:
            # The cursor is text that anyone can write, and goes into the query.
            if self.cursor_query_param in request.query_params:
                reason = "This is no cursor that this list has given."
                raise ValidationError({self.cursor_query_param: [reason]}) from error
            raise

    @override
    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor and UNSTORABLE.search(str(cursor.position)):
            raise NotFound  # no database takes it, not even in a comparison
        return cursor

    @override
    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )
