"""Error responses of our own site outside of API views: problem+json for programs, a page for
people."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader

from platform_site.http.unknown import unknown_address
from workflows.kit.api.problems import (
    problem_response,
    refusal_problem,
    with_retry_after,
)
from workflows.kit.errors import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unexpected,
)
from workflows.kit.refusals import refusal_of


def refusal_response(path: str, refusal: DomainError) -> HttpResponse:
    """The response to a refusal outside of the API's views, by `path`: JSON or a page."""
    if is_for_programs(path):
        return refusal_problem(refusal)
    return with_retry_after(_page(refusal), refusal)


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


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request.path):
        return unknown_address(request)
    return _page(NotFound("This page does not exist. The link may be out of date."))


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


def is_for_programs(path: str) -> bool:
    """Whether errors at this path are answered with JSON, not with a page."""
    return path.partition("/")[2].partition("/")[0] in {"api", "hooks", "mcp"}
