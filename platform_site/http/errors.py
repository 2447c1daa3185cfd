"""Error responses of our own site outside of API views: problem+json for programs, a page for
people."""

from __future__ import annotations

import sys

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext, gettext_lazy

from platform_site.http.unknown import unknown_address
from workflows.admin.outages import refusal_page
from workflows.kit.api.problems import (
    problem_response,
    refusal_problem,
)
from workflows.kit.errors import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unexpected,
)
from workflows.kit.refusals import refusal_of

STALE_FORM = gettext_lazy(
    "The form was not sent from a page of this site, or you have signed in again since you "
    "opened it. Go back, reload the page, and send it again."
)


def refusal_response(path: str, refusal: DomainError) -> HttpResponse:
    """The response to a refusal outside of the API's views, by `path`: JSON or a page."""
    if is_for_programs(path):
        return refusal_problem(refusal)
    return refusal_page(refusal)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request.path):
        return unknown_address(request)
    return refusal_page(
        NotFound(gettext("This page does not exist. The link may be out of date."))
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A refusal by one of Django's own pages."""
    return refusal_response(request.path, refusal_of(exception) or NotAllowed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret does not fit; `reason` is for developers, and stands in the log."""
    return refusal_page(NotAllowed(str(STALE_FORM)))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django refuses before any view sees it."""
    if refusal := refusal_of(exception):
        return refusal_response(request.path, refusal)
    code, detail = "bad_request", "The request is malformed."
    if isinstance(exception, DisallowedHost):
        code, detail = "wrong_host", "The Host header is not one of ALLOWED_HOSTS."
    if is_for_programs(request.path):
        return problem_response(400, code, detail)
    return refusal_page(InvalidInput(detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """The response to an unexpected exception."""
    error = sys.exc_info()[1]
    refusal = refusal_of(error) if error else None
    return refusal_response(request.path, refusal or Unexpected())


def is_for_programs(path: str) -> bool:
    """Whether errors at this path are answered with JSON, not with a page."""
    return path.partition("/")[2].partition("/")[0] in {"api", "hooks", "mcp"}
