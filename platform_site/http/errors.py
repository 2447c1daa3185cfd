"""Error responses: `application/problem+json` (RFC 9457) for programs, a page for people.

`{"type", "title", "status", "detail", "code", "errors": {field: [problems]}}`: `code` is stable
and meant for programs, `detail` for people. For a timing in the notation of another program,
`suggestion` holds the equivalent fields.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.urls import is_valid_path
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from workflows.kit.errors import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unavailable,
    Unexpected,
)
from workflows.kit.json_value import storable
from workflows.kit.refusals import refusal_of

PROBLEM_JSON = "application/problem+json"
# One body can have a hundred thousand problems; no one reads more than these.
MAX_PROBLEMS = 50
Answer = TypeVar("Answer", bound=HttpResponseBase)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an exception of an API view; None for an unexpected one."""
    _answer_in_json(context["request"])
    if refusal := refusal_of(error):
        set_rollback()
        body = _body_of(refusal)
        answer = Response(body, refusal.http_status, content_type=PROBLEM_JSON)
        return _with_retry_after(answer, refusal)
    # Matters of HTTP: methods, media types, rates, credentials.
    response = exception_handler(error, context)
    if response is not None:
        detail = response.data["detail"]
        response.data = _body(response.status_code, detail.code, str(detail))
        response.content_type = PROBLEM_JSON
    return response


def _answer_in_json(request: Request) -> None:
    """Errors are JSON, whatever the view renders and the client accepts."""
    request.accepted_renderer = JSONRenderer()
    request.accepted_media_type = JSONRenderer.media_type


def refusal_response(path: str, refusal: DomainError) -> HttpResponse:
    """The response to a refusal outside of the API's views, by `path`: JSON or a page."""
    answer: HttpResponse
    if is_for_programs(path):
        answer = JsonResponse(
            _body_of(refusal), status=refusal.http_status, content_type=PROBLEM_JSON
        )
    else:
        answer = _page(refusal)
    return _with_retry_after(answer, refusal)


def _page(refusal: DomainError) -> HttpResponse:
    """Rendered without user and session: these would need the database."""
    context = {
        "title": HTTPStatus(refusal.http_status).phrase,
        "refusal": refusal,
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
    }
    text = loader.render_to_string("platform_site/refusal.html", context)
    return HttpResponse(text, status=refusal.http_status)


def _with_retry_after(answer: Answer, refusal: DomainError) -> Answer:
    if isinstance(refusal, Unavailable):
        answer["Retry-After"] = str(refusal.retry_after_seconds)
        # The table of refusals has logged it. Django would do so for each request of an outage.
        answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request.path):
        return problem_response(404, "not_found", _not_found(request.path))
    return _page(NotFound("This page does not exist. The link may be out of date."))


def _not_found(path: str) -> str:
    # The path is not repeated: the path of a webhook is a secret.
    if not path.endswith("/") and is_valid_path(f"{path}/"):
        return "Not found. Add a slash at the end of the URL."
    return "Not found: this URL does not exist."


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A refusal by one of Django's own pages."""
    return refusal_response(request.path, refusal_of(exception) or NotAllowed())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django refuses before any view sees it."""
    if refusal := refusal_of(exception):
        return refusal_response(request.path, refusal)
    code, detail = "bad_request", "The request is malformed."
    if isinstance(exception, DisallowedHost):
        code, detail = "wrong_host", "The Host header is not one of ALLOWED_HOSTS."
    if is_for_programs(request.path):
        return problem_response(400, code, detail)
    return _page(InvalidInput(detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """The response to an unexpected exception."""
    error = sys.exc_info()[1]
    refusal = refusal_of(error) if error else None
    return refusal_response(request.path, refusal or Unexpected())


def problem_response(status: int, code: str, detail: str) -> JsonResponse:
    """A problem of HTTP that occurs outside of any API view."""
    body = _body(status, code, detail)
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


def is_for_programs(path: str) -> bool:
    """Whether errors at this path are answered with JSON, not with a page."""
    return path.startswith(("/api/", "/mcp/")) or path in ("/api", "/mcp")


def _body_of(refusal: DomainError) -> dict[str, Any]:
    body = _body(refusal.http_status, refusal.code, refusal.message, refusal.errors)
    if suggestion := refusal.details.get("suggestion"):
        body["suggestion"] = storable(suggestion)
    return body


def _body(
    status: int, code: str, detail: str, errors: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    few, more = _few(errors or {})
    # Names of unknown fields come from the client; lone surrogates in them cannot be encoded.
    body: dict[str, Any] = storable(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": f"{detail} `errors` omits {more:,} further problems."
            if more
            else detail,
            "code": code,
            "errors": few,
        }
    )
    return body


def _few(errors: dict[str, list[str]]) -> tuple[dict[str, list[str]], int]:
    """The first `MAX_PROBLEMS` problems, and how many more there are."""
    few: dict[str, list[str]] = {}
    left = MAX_PROBLEMS
    for path, reasons in errors.items():
        if shown := reasons[:left]:
            few[path] = shown
            left -= len(shown)
    return few, sum(map(len, errors.values())) - (MAX_PROBLEMS - left)
