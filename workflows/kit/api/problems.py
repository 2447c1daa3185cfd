"""Error responses of the API: `application/problem+json` (RFC 9457).

`{"type", "title", "status", "detail", "code", "errors": {field: [problems]}}`: `code` is stable
and meant for programs, `detail` for people. For a timing in the notation of another program,
`suggestion` holds the equivalent fields.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpResponseBase, JsonResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from workflows.kit.api.rendering import ApiRenderer
from workflows.kit.errors import DomainError, Unavailable
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
        return answer_to(refusal)
    # Matters of HTTP: methods, media types, rates, credentials.
    response = exception_handler(error, context)
    if response is not None:
        detail = response.data["detail"]
        response.data = _body(response.status_code, detail.code, str(detail))
        response.content_type = PROBLEM_JSON
    return response


def answer_to(refusal: DomainError) -> Response:
    """The response of an API view to a refusal."""
    body = _body_of(refusal)
    answer = Response(body, refusal.http_status, content_type=PROBLEM_JSON)
    return with_retry_after(answer, refusal)


def _answer_in_json(request: Request) -> None:
    """Errors are JSON, whatever the view renders and the client accepts."""
    request.accepted_renderer = ApiRenderer()
    request.accepted_media_type = ApiRenderer.media_type


def with_retry_after(answer: Answer, refusal: DomainError) -> Answer:
    if isinstance(refusal, Unavailable):
        answer["Retry-After"] = str(refusal.retry_after_seconds)
        # The table of refusals has logged it. Django would do so for each request of an outage.
        answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def refusal_problem(refusal: DomainError) -> JsonResponse:
    """The response to a refusal outside of any API view."""
    body, status = _body_of(refusal), refusal.http_status
    answer = JsonResponse(body, status=status, content_type=PROBLEM_JSON)
    return with_retry_after(answer, refusal)


def problem_response(status: int, code: str, detail: str) -> JsonResponse:
    """A problem of HTTP that occurs outside of any API view."""
    body = _body(status, code, detail)
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


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
