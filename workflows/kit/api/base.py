"""What all views of the API stand on: it answers alike in every project."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.log import log_response
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.authentication import BaseAuthentication
from rest_framework.metadata import SimpleMetadata
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback
from typing_extensions import override

from workflows.kit.api.authentication import Together, authenticators
from workflows.kit.api.framework import OURS
from workflows.kit.api.json_parser import SafeJSONParser
from workflows.kit.api.paging import Paging
from workflows.kit.api.problems import answer_to, handle
from workflows.kit.api.rendering import ApiRenderer, Negotiation
from workflows.kit.api.schema import OwnSchema
from workflows.kit.api.scopes import HasScope
from workflows.kit.api.throttles import UserRate
from workflows.kit.errors import Unexpected

LANGUAGE = "en"  # of all messages, whatever language the project speaks


class ApiRequest(Request):
    """One without credentials is of an anonymous user, whatever `UNAUTHENTICATED_USER` says."""

    def _not_authenticated(self) -> None:
        self._authenticator = None
        self.user = AnonymousUser()
        self.auth = None


class ApiView(APIView):
    """A view that takes nothing from the project's `REST_FRAMEWORK` but the classes of
    authentication, and answers its own errors."""

    settings = OURS
    parser_classes = [SafeJSONParser]
    renderer_classes = [ApiRenderer]
    permission_classes: Any = [IsAuthenticated, HasScope]
    throttle_classes: Any = [UserRate]
    content_negotiation_class = Negotiation
    versioning_class = None
    metadata_class = SimpleMetadata
    schema = OwnSchema()
    # Of lists.
    filter_backends: Any = [DjangoFilterBackend]
    pagination_class: Any = Paging

    @override
    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        with translation.override(LANGUAGE):
            return super().dispatch(request, *args, **kwargs)

    @override
    def get_authenticators(self) -> list[BaseAuthentication]:
        if self.authentication_classes is not APIView.authentication_classes:
            return super().get_authenticators()
        return authenticators()

    @override
    def get_authenticate_header(  # type: ignore[override]  # it may be None there, too
        self, request: Request
    ) -> str | None:
        """With any scheme of credentials that could be sent, 401 asks for it; 403 if there is
        only the session."""
        headers = (
            one.authenticate_header(request) for one in self.get_authenticators()
        )
        return next(filter(None, headers), None)

    @override
    def initialize_request(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Request:
        made = super().initialize_request(request, *args, **kwargs)
        made.__class__ = (
            ApiRequest  # made by REST framework, which has no setting for it
        )
        if getattr(request, "_force_auth_user", None) is None:
            made.authenticators = (Together(self.get_authenticators()),)
        return made

    @override
    def get_exception_handler(self) -> Any:
        return handle

    @override
    def handle_exception(self, exc: Exception) -> Response:
        try:
            return super().handle_exception(exc)
        except Exception as error:  # noqa: BLE001 each is logged and reported
            return self._unexpected(error)

    def _unexpected(self, error: Exception) -> Response:
        """The answer to a bug: that of Django, logged and reported as Django does, but JSON."""
        request = self.request._request
        set_rollback()
        answer = answer_to(Unexpected())
        got_request_exception.send(sender=None, request=request)
        log_response(
            "%s: %s",
            answer.reason_phrase,
            request.path,
            response=answer,
            request=request,
            exception=error,
        )
        return answer
