"""Every error of the API as JSON: `{"code", "detail", "errors": {field: [reasons]}}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from workflows.exceptions import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    WrongState,
)
from workflows.json_value import storable

STATUS_OF: dict[type[DomainError], int] = {
    InvalidInput: 400,
    NotAllowed: 403,
    NotFound: 404,
    WrongState: 409,
}
INVALID = "The input is wrong."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for what nobody expected."""
    if isinstance(error, DomainError):
        set_rollback()
        return Response(_body(error.code, error.message, error.errors), _status(error))
    if isinstance(error, DjangoValidationError):
        error = ValidationError(error.messages)
    if isinstance(error, RequestDataTooBig):
        return Response(_body("too_large", "The body is too large."), 413)
    response = exception_handler(error, context)
    if response is not None:
        response.data = _told(error, response)
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return JsonResponse(_body("not_found", "Not found."), status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(_body("error", "Something went wrong here."), status=500)
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _status(error: DomainError) -> int:
    return next(
        (status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 400
    )


def _told(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        errors: dict[str, list[str]] = {}
        for path, reason in _flat(error.detail, ""):
            errors.setdefault(path, []).append(reason)
        return _body("invalid", _first(errors), errors)
    detail = response.data["detail"]
    return _body(detail.code, str(detail))


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    """Nested errors of serializers as `nodes[0].config` and the reason."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, _path_to(name, path))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}[{index}]" if is_nested else path)
    else:
        yield path or "body", str(detail)


def _path_to(name: str | int, path: str) -> str:
    if name == "non_field_errors":
        return path
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _first(errors: dict[str, list[str]]) -> str:
    for path, reasons in errors.items():
        return f"{path}: {reasons[0]}"
    return INVALID


def _body(
    code: str, detail: str, errors: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    # The names of unknown fields come from the client: half a character cannot be sent.
    told: dict[str, Any] = storable(
        {"code": code, "detail": detail, "errors": errors or {}}
    )
    return told
