"""Every error of the API as `application/problem+json` (RFC 9457).

`{"type", "title", "status", "detail", "code", "errors": {field: [reasons]}}`; `code` is
stable and for programs, `detail` for people. A timing that is written as another program
writes it comes with a `suggestion`: the fields that mean the same here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.urls import is_valid_path
from django.views import defaults
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from platform_site import unavailable
from workflows.api.statuses import status_of
from workflows.exceptions import DomainError, TooLarge, Unavailable
from workflows.json_value import storable

INVALID = "The input is wrong."
NOTHING = "There is nothing with this id that you may see."
PROBLEM_JSON = "application/problem+json"
# Nobody reads more, and one body can be wrong in a hundred thousand places.
MOST_REASONS = 50
LONGEST_PATH = 200
LONGEST_REASON = 500
Answer = TypeVar("Answer", bound=HttpResponseBase)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for what nobody expected."""
    _answer_in_json(context["request"])
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if unavailable.is_away(error):
        error = unavailable.refusal(error)
    if isinstance(error, DomainError):
        set_rollback()
        answer = _response(
            status_of(error),
            error.code,
            error.message,
            error.errors,
            error.details.get("suggestion"),
        )
        return _later(answer) if isinstance(error, Unavailable) else answer
    if isinstance(error, DjangoValidationError):
        error = ValidationError(error.messages)
    if isinstance(error, Http404):  # which tells the names of tables
        error = NotFound(NOTHING)
    response = exception_handler(error, context)
    if response is not None:
        response.data = _told(error, response)
        response.content_type = PROBLEM_JSON
    return response


def _answer_in_json(request: Request) -> None:
    """Whatever the view renders else, and whatever was asked for."""
    request.accepted_renderer = JSONRenderer()
    request.accepted_media_type = JSONRenderer.media_type


def _response(
    status: int,
    code: str,
    detail: str,
    errors: dict[str, list[str]],
    suggestion: Mapping[str, Any] | None,
) -> Response:
    body = _body(status, code, detail, errors)
    if suggestion:
        body["suggestion"] = storable(suggestion)
    return Response(body, status, content_type=PROBLEM_JSON)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request.path):
        return page(404, "not_found", _not_found(request.path))
    return defaults.page_not_found(request, exception)


def _not_found(path: str) -> str:
    # The path is not repeated: that of a webhook is a secret.
    if not path.endswith("/") and is_valid_path(f"{path}/"):
        return "Not found: addresses end in a slash."
    return "Not found."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django refuses before any view sees it."""
    if not is_for_programs(request.path):
        return defaults.bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        return page(400, "wrong_host", "This site is not known by that Host.")
    return page(400, "bad_request", "The request is malformed.")


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view expected; for programs and people alike."""
    error = sys.exc_info()[1]
    if error is not None and unavailable.is_away(error):
        return _not_served(request, unavailable.refusal(error))
    if is_for_programs(request.path):
        return page(500, "error", "Something went wrong here.")
    return defaults.server_error(request)


def _not_served(request: HttpRequest, refusal: Unavailable) -> HttpResponse:
    if is_for_programs(request.path):
        response: HttpResponse = page(503, refusal.code, refusal.message)
    else:
        response = unavailable.page(refusal)
    return _later(response)


def _later(response: Answer) -> Answer:
    response["Retry-After"] = unavailable.RETRY_AFTER_SECONDS
    # `unavailable` has. Django would do it for each request of an outage.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def page(
    status: int, code: str, detail: str, errors: dict[str, list[str]] | None = None
) -> JsonResponse:
    """A problem that no view has told."""
    body = _body(status, code, detail, errors)
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


def is_for_programs(path: str) -> bool:
    """Whether what goes wrong at the address is told as a problem, not as a page."""
    return path.startswith(("/api/", "/mcp/")) or path in ("/api", "/mcp")


def _told(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        errors: dict[str, list[str]] = {}
        for path, reason in _flat(error.detail, ""):
            errors.setdefault(path, []).append(reason)
        return _body(response.status_code, "invalid", _first(errors), errors)
    detail = response.data["detail"]
    where = {"body": [str(detail)]} if isinstance(error, ParseError) else None
    return _body(response.status_code, detail.code, str(detail), where)


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
        reason = _shortened(str(detail), LONGEST_REASON)
        yield _shortened(path, LONGEST_PATH) or "body", reason


def _shortened(text: str, most: int) -> str:
    """What repeats something of the client's is as long as the client wants it to be."""
    return text if len(text) <= most else f"{text[:most]}…"


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
    status: int, code: str, detail: str, errors: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    few, more = _few(errors or {})
    # The names of unknown fields come from the client: half a character cannot be sent.
    told: dict[str, Any] = storable(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": f"{detail} And {more:,} more than `errors` tells."
            if more
            else detail,
            "code": code,
            "errors": few,
        }
    )
    return told


def _few(errors: dict[str, list[str]]) -> tuple[dict[str, list[str]], int]:
    """The first reasons, and how many more there are."""
    few: dict[str, list[str]] = {}
    left = MOST_REASONS
    for path, reasons in errors.items():
        if told := reasons[:left]:
            few[path] = told
            left -= len(told)
    return few, sum(map(len, errors.values())) - (MOST_REASONS - left)
