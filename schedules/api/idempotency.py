"""Safe retries by a header: `Idempotency-Key` for creation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the same schedule is answered. The "
    "same as `idempotency_key` in the body.",
)


def idempotency_key(request: Request, body: dict[str, Any]) -> str | None:
    """The key of the header or of the body, which it is taken out of."""
    in_body: str | None = body.pop("idempotency_key", None)
    in_header = request.headers.get("Idempotency-Key")
    if in_body and in_header and in_body != in_header:
        why = "It is not that of the header Idempotency-Key: give one of both."
        raise ValidationError({"idempotency_key": [why]})
    return in_body or in_header
