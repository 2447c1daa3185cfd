"""Safe retries by headers: `ETag` and `If-Match` for changes, `Idempotency-Key` for creation."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from schedules.models import ScheduledJob

# The version counts verbs, not fires: the tag stands for what people can set.
_TAG = re.compile(r'"v([0-9]{1,9})"')

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 if the schedule has changed since.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the same schedule is answered. The "
    "same as `idempotency_key` in the body.",
)


class PreconditionFailed(APIException):
    """The `If-Match` of the request names another version than the schedule has."""

    status_code = 412
    default_code = "precondition_failed"
    default_detail = "The schedule has changed since you read it: read it again."


def etag(version: int) -> str:
    """The tag of a schedule's version, quoted as HTTP wants it."""
    return f'"v{version}"'


def wanted_version(request: Request, pk: UUID) -> int | None:
    """The version that `If-Match` demands, None if it demands none.

    Raises `PreconditionFailed` if no tag of the header is that of the schedule. Who updates
    then demands this version: it may change in between.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    # It may have been deleted just now.
    row = get_object_or_404(ScheduledJob.objects.only("version"), pk=pk)
    if row.version not in map(int, _TAG.findall(header)):
        raise PreconditionFailed
    return row.version


def idempotency_key(request: Request, body: dict[str, Any]) -> str | None:
    """The key of the header or of the body, which it is taken out of."""
    in_body: str | None = body.pop("idempotency_key", None)
    in_header = request.headers.get("Idempotency-Key")
    if in_body and in_header and in_body != in_header:
        why = "It is not that of the header Idempotency-Key: give one of both."
        raise ValidationError({"idempotency_key": [why]})
    return in_body or in_header
