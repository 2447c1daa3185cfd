"""`ETag` and `If-Match`: a change is made only to what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from workflows.exceptions import StaleVersion

# The version counts verbs, not fires: the tag stands for what people can set.
_TAG = re.compile(r'"v([0-9]{1,9})"')

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 if it has changed since.",
)


class PreconditionFailed(APIException):
    """The `If-Match` of the request names another version than there is."""

    status_code = 412
    default_code = "precondition_failed"
    default_detail = "It has changed since you read it: read it again."


class Tagged(GenericAPIView[Any]):
    """A view of rows that have a version: an answer that is one of them carries its tag,
    and a change may demand it."""

    @override
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response.data, dict) and "version" in response.data:
            response["ETag"] = f'"v{response.data["version"]}"'
        return response

    @contextmanager
    def precondition(self, body: dict[str, Any]) -> Iterator[int | None]:
        """The version that the change within has to demand; it is taken out of `body`.

        Raises `PreconditionFailed` for what `If-Match` does not name, also if it changes
        in between. Without that header a version of the body that is old stays what the
        service raises.
        """
        demanded = _wanted_version(
            self.request, self.get_queryset(), self.kwargs[self.lookup_field]
        )
        try:
            yield body.pop("version", demanded)
        except StaleVersion as error:
            raise error if demanded is None else PreconditionFailed() from error


def _wanted_version(
    request: Request, rows: QuerySet[Any, Any], pk: UUID | str
) -> int | None:
    """The version of that row of `rows`, if `If-Match` demands one."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    # It may have been deleted just now.
    version: int = get_object_or_404(rows.only("version"), pk=pk).version
    if version not in map(int, _TAG.findall(header)):
        raise PreconditionFailed
    return version
