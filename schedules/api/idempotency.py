"""The header `Idempotency-Key`, which makes it safe to retry a creation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A retry with the same key returns the same schedule instead of creating "
    "another. Equivalent to `idempotency_key` in the body.",
)


def idempotency_key(request: Request, body: dict[str, Any]) -> str | None:
    """Remove the key from the body; return it or the key of the header."""
    in_body: str | None = body.pop("idempotency_key", None)
    in_header = request.headers.get("Idempotency-Key")
    if in_body and in_header and in_body != in_header:
        problem = "Differs from the header Idempotency-Key. Give only one of them."
        raise ValidationError({"idempotency_key": [problem]})
    return in_body or in_header
