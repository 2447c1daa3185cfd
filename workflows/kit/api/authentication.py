"""Who sends a request to the API: a session of the admin, a token of ours, or whatever the
project's own API accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings
from typing_extensions import override

_of_tokens: list[type[BaseAuthentication]] = []


def accept_tokens(kind: type[BaseAuthentication]) -> type[BaseAuthentication]:
    """Have the API accept what `kind` authenticates. For the app of tokens."""
    _of_tokens.append(kind)
    return kind


def authenticators() -> list[BaseAuthentication]:
    """All of them. The session, which is always checked for CSRF, comes last."""
    return [*header_authenticators(), SessionAuthentication()]


def header_authenticators() -> list[BaseAuthentication]:
    """Our tokens if they are installed, and what the project names in `REST_FRAMEWORK`, except
    for sessions: those of a project may lack the check for CSRF."""
    project: Any = api_settings
    named = project.user_settings.get("DEFAULT_AUTHENTICATION_CLASSES")
    others = [
        kind
        for kind in (project.DEFAULT_AUTHENTICATION_CLASSES if named else ())
        if kind not in _of_tokens and not issubclass(kind, SessionAuthentication)
    ]
    return [kind() for kind in (*_of_tokens, *others)]


class Together(BaseAuthentication):
    """One credential that all understand differently: a token that ours refuses may be one of
    the project's. Credentials that none accepts are refused, whatever session there is."""

    def __init__(self, each: Sequence[BaseAuthentication]) -> None:
        self.each = each

    @override
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        refusal: APIException | None = None
        for one in self.each:
            if refusal and isinstance(one, SessionAuthentication):
                break
            try:
                found: tuple[Any, Any] | None = one.authenticate(request)
            except APIException as error:
                refusal = refusal or error
                continue
            if found is not None:
                return found
        if refusal:
            raise refusal
        return None
