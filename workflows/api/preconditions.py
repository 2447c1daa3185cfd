"""`ETag` and `If-Match`: a change is made only to what was read."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

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


def etag(version: int) -> str:
    """The tag of a version, quoted as HTTP wants it."""
    return f'"v{version}"'


def wanted_version(
    request: Request, rows: QuerySet[Any, Any], pk: UUID | str
) -> int | None:
    """The version that `If-Match` demands of one of `rows`, None if it demands none.

    Raises `PreconditionFailed` if no tag of the header is that of the row. Who updates
    then demands this version: it may change in between.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    # It may have been deleted just now.
    version: int = get_object_or_404(rows.only("version"), pk=pk).version
    if version not in map(int, _TAG.findall(header)):
        raise PreconditionFailed
    return version
