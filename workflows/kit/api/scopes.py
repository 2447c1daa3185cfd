"""The scope of a token, kept to at every address.

A view says for each action that changes something which scope it needs, under `scopes`;
what it does not name and is no GET is refused to everything but `edit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from typing_extensions import override

from workflows.scopes import Scope, require


class HasScope(BasePermission):
    """Whether the token of the request, if it carries one, may be used for this."""

    @override
    def has_permission(self, request: Request, view: Any) -> bool:
        require_scope(request, needed_scope(view, request.method or ""))
        return True


def needed_scope(view: Any, method: str) -> Scope:
    """What this request needs: as the view declares, else `read` to look, `edit` to act."""
    declared: Mapping[str, Scope] = getattr(view, "scopes", {})
    name = getattr(view, "action", None) or method.lower()
    return declared.get(name, Scope.READ if method in SAFE_METHODS else Scope.EDIT)


def scope_of(request: Request) -> Scope:
    """What the request may be used for: everything, unless it comes by a token."""
    return Scope(getattr(request.auth, "scope", Scope.EDIT))


def require_scope(request: Request, needed: Scope) -> None:
    """Raises `InsufficientScope`, which names the scope that is needed."""
    require(needed, held=scope_of(request))
