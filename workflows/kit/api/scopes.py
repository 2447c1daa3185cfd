"""Enforces the scope of a token at every endpoint.

A view declares the scope that each action needs under `scopes`. Actions that it does not
name need `read` if they only read, otherwise `edit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from typing_extensions import override

from workflows.scopes import Scope, require


class HasScope(BasePermission):
    """Refuses a request whose token does not have the scope that the view needs."""

    @override
    def has_permission(self, request: Request, view: Any) -> bool:
        require_scope(request, needed_scope(view, request.method or ""))
        return True


def needed_scope(view: Any, method: str) -> Scope:
    """The scope that a request needs: as the view declares, otherwise `read` or `edit`."""
    declared: Mapping[str, Scope] = getattr(view, "scopes", {})
    name = getattr(view, "action", None) or method.lower()
    return declared.get(name, Scope.READ if method in SAFE_METHODS else Scope.EDIT)


def scope_of(request: Request) -> Scope:
    """The scope of the request's token; `edit` without one of ours."""
    return Scope(getattr(request.auth, "ostinato_scope", Scope.EDIT))


def require_scope(request: Request, needed: Scope) -> None:
    """Raise `InsufficientScope`, which names the required scope."""
    require(needed, held=scope_of(request))
