"""The OpenAPI description: authentication, errors, dry runs, and the pages to browse it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.apps import apps
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from platform_site.http.description import description, own_settings
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.preconditions import IF_MATCH, VersionedView
from workflows.kit.api.problems import PROBLEM_JSON
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.rendering import Negotiation
from workflows.kit.api.strict import StrictSerializer

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable and meant for programs, "
    "`detail` for people; `errors` lists the problems of each field.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "suggestion": {
            "type": "object",
            "additionalProperties": True,
            "description": "For a timing in the notation of another program: the equivalent "
            "fields, to be sent as they are.",
        },
    },
    "example": {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": 'cron_expression: minute: "61" is outside the range 0 to 59.',
        "code": "invalid",
        "errors": {"cron_expression": ['minute: "61" is outside the range 0 to 59.']},
    },
}
DRY_RUN: dict[str, Any] = {
    "type": "object",
    "description": "What a write would change: the state before, the state after, and "
    "the next ticks of a schedule.",
    "required": ["dry_run", "before", "after"],
    "properties": {
        "dry_run": {"type": "boolean", "enum": [True]},
        "before": {"type": "object", "nullable": True},
        "after": {"type": "object", "nullable": True},
        "next_ticks": {
            "type": "array",
            "items": {"type": "string", "format": "date-time"},
        },
        "event": {
            "type": "object",
            "description": "Of a start by hand: what nodes would read as `trigger`.",
        },
    },
}
DRY_RUN_PARAMETER = {
    "in": "query",
    "name": "dry_run",
    "schema": {"type": "boolean", "default": False},
    "description": "Check everything, write nothing, and return what would change.",
}
# The error statuses that operations can answer.
ERRORS = {
    400: "The input is not valid; `errors` lists the problems of each field.",
    401: "No token was sent, or it is wrong, expired or revoked.",
    403: "You may view this but not change it, or the scope of the token does not suffice.",
    404: "Nothing with this id exists, or you may not view it.",
    406: "The `Accept` header excludes JSON.",
    409: "The present state does not allow it, or it has changed since you read it.",
    412: "It has changed since the version in If-Match.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The idempotency key was already used for a different request.",
    503: "The site is busy, or the database or Redis cannot be reached: try again after "
    "`Retry-After` seconds.",
    429: "Too many requests: try again after `Retry-After` seconds.",
}
# Those that read-only operations never answer.
NEVER_BY_GET = {409, 413, 415}
# The files of the page to browse the API.
FILES = "drf_spectacular_sidecar"
# The query parameter that selects the format of the description.
FORMAT = "format"
# Response headers.
ETAG = "The version of the returned resource, for If-Match."
LOCATION = "The URL of the execution."


class _Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "platform_site.accounts.authentication.BearerAuthentication"
    name = "token"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token created with `tokens/`, `manage.py create_token` or the admin.",
        }


def without_public_docstring() -> list[type]:
    """Base classes whose docstrings do not describe the views and bodies that inherit them."""
    of_libraries: list[type] = get_lib_doc_excludes()  # type: ignore[no-untyped-call]
    return [*of_libraries, DryRun, StrictQuery, StrictSerializer, VersionedView]


def document_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: documents errors, dry runs and headers of each operation."""
    result["components"]["schemas"] |= {"Problem": PROBLEM, "DryRun": DRY_RUN}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            _document_headers(operation, result["components"]["schemas"])
            for status, text in ERRORS.items():
                if _may_answer(method, operation, status):
                    operation["responses"].setdefault(str(status), _problem(text))
            if method != "get" and not _has_no_dry_run(operation):
                _document_dry_run(operation)
    return result


def _may_answer(method: str, operation: dict[str, Any], status: int) -> bool:
    if status == 412:
        return _takes(operation, IF_MATCH.name)
    if status == 422:
        return (
            method == "post"
            and "schedules" in operation.get("tags", ())
            and _takes(operation, "Idempotency-Key")
        )
    return method != "get" or status not in NEVER_BY_GET


def _takes(operation: dict[str, Any], *names: str) -> bool:
    """Whether the operation has a parameter with each of these names."""
    taken = {parameter["name"] for parameter in operation.get("parameters", ())}
    return taken.issuperset(names)


def _document_headers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """`ETag` where the answer is one resource with a version, `Location` where it is that of a
    called webhook."""
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            has_version = "version" in schemas.get(name, {}).get("properties", ())
            if has_version or name == "Graph":
                answer["headers"] = {"ETag": _header(ETAG)}
            if name == "Started":
                answer["headers"] = {"Location": _header(LOCATION)}


def _header(text: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": text}


def _has_no_dry_run(operation: dict[str, Any]) -> bool:
    """Whether a dry run makes no sense: previews and renderings write nothing, webhooks have no
    dry run."""
    name = operation["operationId"]
    return "preview" in name or "render" in name or name.startswith("hooks_")


def _document_dry_run(operation: dict[str, Any]) -> None:
    """With `?dry_run=true` the answer is 200 with what would change."""
    operation.setdefault("parameters", []).append(DRY_RUN_PARAMETER)
    schema: dict[str, Any] = {"$ref": "#/components/schemas/DryRun"}
    done = operation["responses"].get("200", {})
    if done and "201" in operation["responses"]:
        return  # a dry run with an answer of its own
    if done:
        schema = {"oneOf": [done["content"]["application/json"]["schema"], schema]}
    operation["responses"]["200"] = done | {
        "description": "Done; for a dry run: what would change.",
        "content": {"application/json": {"schema": schema}},
    }


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {PROBLEM_JSON: {"schema": schema}}}


class ByFormat(Negotiation):
    """`?format=` takes precedence over the Accept header, which browsers always send."""

    @override
    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        asked = request.query_params.get(FORMAT)
        chosen = [each for each in renderers if asked in (None, each.format)]
        if asked and chosen:
            return chosen[0], chosen[0].media_type or ""
        by_accept: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return by_accept


class SchemaView(StrictQuery):
    """The description itself, as YAML or as JSON. It has one language and one version, which
    cannot be selected."""

    schema = None
    permission_classes = [AllowAny]
    renderer_classes = SpectacularAPIView.renderer_classes
    content_negotiation_class = ByFormat

    def get(self, request: Request) -> Response:
        kind = request.accepted_renderer.format
        name = f'inline; filename="Ostinato (1).{kind}"'
        return Response(description(), headers={"Content-Disposition": name})

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        formats = sorted({renderer.format for renderer in self.renderer_classes})
        asked = request.query_params.get(FORMAT)
        if asked not in (None, *formats):
            raise ValidationError({FORMAT: [f"Must be one of {', '.join(formats)}."]})

    @override
    def query_parameters(self, request: Request) -> set[str]:
        return {FORMAT}


class DocsView(StrictQuery, SpectacularSwaggerSplitView):
    """The description to browse and to try out, served from this site's own files."""

    schema = None
    permission_classes = [AllowAny]
    renderer_classes = [TemplateHTMLRenderer]
    url_name = "ostinato:schema"
    title = "Ostinato"
    template_name = "platform_site/api_docs.html"

    @override
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not apps.is_installed(FILES):
            return Response({}, template_name="platform_site/no_api_docs.html")
        with own_settings():
            answer: Any = super().get(request)  # type: ignore[no-untyped-call]
        # For django-csp, where it is installed: the script of the page writes inline styles,
        # which are allowed on this page only.
        answer._csp_update = {"style-src": ["'self'", "'unsafe-inline'"]}
        return cast("Response", answer)

    @override
    def query_parameters(self, request: Request) -> set[str]:
        return {"script"}  # with which the page requests its own script
