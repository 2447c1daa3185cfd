"""`POST /mcp/`: the schedule tools for agents elsewhere, in the name of a token's user."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from platform_site.accounts.authentication import BearerAuthentication
from schedules.mcp import McpMissing, load
from workflows.tools import ToolContext


class NotInstalled(APIException):
    status_code = 501
    default_code = "not_installed"


class AnyRenderer(JSONRenderer):
    """Errors are JSON, whatever a client accepts; a client of MCP accepts streams, too."""

    media_type = "*/*"


class McpView(APIView):
    """MCP by streamable HTTP, without sessions: every request stands by itself."""

    schema = None  # MCP describes itself; this is no address of the API
    # A token and never a cookie, so that no other site can make a browser call tools.
    authentication_classes = [BearerAuthentication]
    permission_classes = [IsAuthenticated]
    renderer_classes = [AnyRenderer]

    def post(self, request: Request) -> HttpResponseBase:
        clock = timezone.now  # noqa: TID251 an entry point: tools are told the time
        context = ToolContext(user=cast("User", request.user), clock=clock)
        try:
            http = load("http")
        except McpMissing as error:
            raise NotInstalled(str(error)) from error
        return cast("HttpResponse", http.answer(request._request, context))
