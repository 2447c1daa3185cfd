"""`POST /mcp/`: the schedule tools over MCP, acting for the user of an API token."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import is_same_domain
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied, UnsupportedMediaType
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from typing_extensions import override

from platform_site.http.not_installed import NotInstalled
from schedules.mcp import McpMissing, load
from workflows.kit.api.authentication import header_authenticators
from workflows.kit.api.base import ApiView
from workflows.kit.api.rendering import ApiRenderer
from workflows.kit.api.scopes import scope_of
from workflows.kit.conf import conf
from workflows.kit.users import User
from workflows.tools import ToolContext


class UntrustedOrigin(PermissionDenied):
    default_code = "foreign_origin"
    default_detail = "The Origin of this browser request is not trusted: add it to CSRF_TRUSTED_ORIGINS."


class AnyRenderer(ApiRenderer):
    """Errors are JSON, whatever the client accepts: MCP clients accept event streams too."""

    media_type = "*/*"


class McpView(ApiView):
    """MCP over streamable HTTP, without sessions: each request is independent."""

    http_method_names = ["post"]
    schema = None  # MCP describes itself; this is not part of the REST API
    # A token, never a cookie, so that no other site can make a browser call tools.
    permission_classes = [IsAuthenticated]
    renderer_classes = [AnyRenderer]

    @override
    def get_authenticators(self) -> list[BaseAuthentication]:
        return header_authenticators()

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and not _is_trusted(origin, request):
            raise UntrustedOrigin
        super().initial(request, *args, **kwargs)

    def post(self, request: Request) -> HttpResponseBase:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedMediaType(kind or "none")
        clock = timezone.now  # noqa: TID251 an entry point: tools receive the clock
        context = ToolContext(
            user=cast("User", request.user), clock=clock, scope=scope_of(request)
        )
        try:
            http = load("http")
        except McpMissing as error:
            raise NotInstalled(str(error)) from error
        return cast("HttpResponse", http.answer(request._request, context))


def _is_trusted(origin: str, request: Request) -> bool:
    """Whether pages of this origin may call tools: our own, and those that the site trusts.

    The MCP specification requires this check: another site could let its host name resolve to
    this machine (DNS rebinding).
    """
    own = f"{request.scheme}://{request.get_host()}"
    known = [own, conf.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS]
    return any(_matches(origin.lower(), each.lower()) for each in known)


def _matches(origin: str, pattern: str) -> bool:
    """Whether `origin` is that of the URL `pattern`, whose host may begin with `*.`."""
    scheme, _, host = pattern.partition("://")
    host = host.partition("/")[0]
    is_same_scheme = origin.startswith(f"{scheme}://")
    return is_same_scheme and is_same_domain(
        origin.removeprefix(f"{scheme}://"), host.removeprefix("*")
    )
