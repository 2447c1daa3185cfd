"""The body of a webhook's request as a JSON value."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request

from workflows.kit.errors import TooLarge

FORM = "application/x-www-form-urlencoded"


def raw_body(request: Request, *, max_bytes: int) -> bytes:
    """The bytes as sent and signed. Raises `TooLarge`."""
    try:
        body: bytes = request.body
    except RequestDataTooBig as error:
        raise TooLarge(max_bytes) from error
    if len(body) > max_bytes:
        raise TooLarge(max_bytes)
    return body


def media_type_of(content_type: str) -> str:
    """A `Content-Type` in lower case, without parameters, which are not used here."""
    return content_type.partition(";")[0].strip().lower()


def payload_of(body: bytes, media_type: str) -> Any:
    """The JSON value of a JSON or form body; `{}` for an empty body.

    Raises `ParseError` or `UnsupportedMediaType`.
    """
    if not body:
        return {}
    if media_type == "application/json" or media_type.endswith("+json"):
        return _json(body)
    if media_type == FORM:
        return _form(body)
    raise UnsupportedMediaType(media_type or "none")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise ParseError("The body is not valid JSON.") from error


def _form(body: bytes) -> dict[str, Any]:
    """Each field with its value, or with a list of values if it is repeated."""
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise ParseError("The form is not valid UTF-8.") from error
    except ValueError as error:
        raise ParseError(
            "The form has too many fields: at most "
            f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} are accepted."
        ) from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in fields.items()
    }


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
