"""Every error of the API as `application/problem+json` (RFC 9457).

`{"type", "title", "status", "detail", "code", "errors": {field: [reasons]}}`; `code` is
stable and for programs, `detail` for people. A timing that is written as another program
writes it comes with a `suggestion`: the fields that mean the same here.
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
from django.views import defaults
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from workflows.kit.errors import DomainError, NotAllowed, Unavailable, Unexpected
from workflows.kit.json_value import storable
from workflows.kit.refusals import refusal_of

PROBLEM_JSON = "application/problem+json"
# Nobody reads more, and one body can be wrong in a hundred thousand places.
MOST_REASONS = 50
Answer = TypeVar("Answer", bound=HttpResponseBase)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for what nobody expected."""
    _answer_in_json(context["request"])
    if refusal := refusal_of(error):
        set_rollback()
        body = _body_of(refusal)
        answer = Response(body, refusal.http_status, content_type=PROBLEM_JSON)
        return _marked(answer, refusal)
    # Of HTTP alone: methods, media types, rates, credentials.
    response = exception_handler(error, context)
    if response is not None:
        detail = response.data["detail"]
        response.data = _body(response.status_code, detail.code, str(detail))
        response.content_type = PROBLEM_JSON
    return response


def _answer_in_json(request: Request) -> None:
    """Whatever the view renders else, and whatever was asked for."""
    request.accepted_renderer = JSONRenderer()
    request.accepted_media_type = JSONRenderer.media_type


def refused(path: str, refusal: DomainError) -> HttpResponse:
    """A refusal that no view has answered: a problem for programs, a page for people."""
    answer: HttpResponse
    if is_for_programs(path):
        answer = JsonResponse(
            _body_of(refusal), status=refusal.http_status, content_type=PROBLEM_JSON
        )
    else:
        answer = _page(refusal)
    return _marked(answer, refusal)


def _page(refusal: DomainError) -> HttpResponse:
    """It asks for no user and no session: these are in the database."""
    context = {
        "title": HTTPStatus(refusal.http_status).phrase,
        "refusal": refusal,
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
    }
    text = loader.render_to_string("refusal.html", context)
    return HttpResponse(text, status=refusal.http_status)


def _marked(answer: Answer, refusal: DomainError) -> Answer:
    if isinstance(refusal, Unavailable):
        answer["Retry-After"] = str(refusal.retry_after_seconds)
        # The table of refusals has. Django would do it for each request of an outage.
        answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request.path):
        return page(404, "not_found", _not_found(request.path))
    return defaults.page_not_found(request, exception)


def _not_found(path: str) -> str:
    # The path is not repeated: that of a webhook is a secret.
    if not path.endswith("/") and is_valid_path(f"{path}/"):
        return "Not found: addresses end in a slash."
    return "Not found."


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django's own pages do not permit."""
    return refused(request.path, refusal_of(exception) or NotAllowed())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django refuses before any view sees it."""
    if refusal := refusal_of(exception):
        return refused(request.path, refusal)
    if not is_for_programs(request.path):
        return defaults.bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        return page(400, "wrong_host", "This site is not known by that Host.")
    return page(400, "bad_request", "The request is malformed.")


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view expected; for programs and people alike."""
    error = sys.exc_info()[1]
    refusal = refusal_of(error) if error else None
    if refusal or is_for_programs(request.path):
        return refused(request.path, refusal or Unexpected())
    return defaults.server_error(request)


def page(status: int, code: str, detail: str) -> JsonResponse:
    """A problem of HTTP that no view has answered."""
    body = _body(status, code, detail)
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


def is_for_programs(path: str) -> bool:
    """Whether what goes wrong at the address is answered by a problem, not by a page."""
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
