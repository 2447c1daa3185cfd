"""A token does what its scope allows, at every address and over MCP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import EndpointEnumerator
from rest_framework.test import APIClient

from platform_site.accounts.models import ApiToken
from platform_site.accounts.tokens import create_token, revoke_tokens
from platform_site.http.description import Generator
from tests.platform_site.authorization import Cell, cells
from tests.platform_site.test_authorization import Ground, body, ground
from tests.schedules.conftest import NOON
from workflows.kit.api.schema import our_description
from workflows.kit.api.scopes import HasScope, needed_scope
from workflows.scopes import Scope

__all__ = ["ground"]
pytestmark = pytest.mark.django_db
OPERATE = {
    "POST /api/v1/schedules/{id}/pause/",
    "POST /api/v1/schedules/{id}/resume/",
    "POST /api/v1/schedules/{id}/run/",
    "POST /api/v1/schedules/{id}/backfill/",
    "POST /api/v1/schedules/bulk/",
    "POST /api/v1/workflows/{id}/run/",
    "POST /api/v1/executions/{id}/cancel/",
}
READ = {
    "POST /api/v1/schedules/preview/",
    "POST /api/v1/workflows/{id}/render/",
}
EDIT = {"GET /api/v1/tokens/"}
PUBLIC = {"POST /hooks/{token}/"}
CELLS = [
    pytest.param(cell, id=f"{cell.method} {cell.path}")
    for cell in cells()
    if cell.asker == "owner"
]
# Those that can be tried by a dry run.
TRIED = [
    pytest.param(cell, id=f"{cell.method} {cell.path}")
    for cell in cells()
    if cell.asker == "owner"
    and cell.method != "GET"
    and f"{cell.method} {cell.path}" not in PUBLIC | READ
]


def needed(cell: Cell) -> Scope | None:
    """As the product's rule has it, written down once more."""
    name = f"{cell.method} {cell.path}"
    if name in PUBLIC:
        return None
    if name in EDIT:
        return Scope.EDIT
    if name in OPERATE:
        return Scope.OPERATE
    return Scope.READ if cell.method == "GET" or name in READ else Scope.EDIT


def token_of(ground: Ground, scope: Scope) -> tuple[ApiToken, str]:
    return create_token(ground.ada, name=scope, expires_at=None, now=NOON, scope=scope)


def ask(
    ground: Ground, cell: Cell, scope: Scope, query: str = "", **changes: Any
) -> Any:
    _, text = token_of(ground, scope)
    speaker = APIClient(headers={"Authorization": f"Bearer {text}"})
    sent = body(cell, ground.ada, ground)
    return speaker.generic(
        cell.method,
        ground.path(cell) + query,
        speaker._encode_data(sent | changes, "json")[0] if sent is not None else "",
        content_type="application/json",
    )


@pytest.mark.parametrize("cell", CELLS)
def test_each_address_asks_for_its_scope(cell: Cell, ground: Ground) -> None:
    for scope in Scope:
        with transaction.atomic():
            check_answer(ask(ground, cell, scope), scope, needed(cell))
            transaction.set_rollback(True)


def check_answer(answer: Any, scope: Scope, wanted: Scope | None) -> None:
    if wanted is None or scope.allows(wanted):
        # 409: it may, but there is nothing to copy on this ground.
        assert answer.status_code < 400 or answer.status_code == 409, answer.content
        return
    assert answer.status_code == 403, scope
    told = answer.json()
    assert told["code"] == "insufficient_scope"
    assert (
        told["detail"]
        == f'The token has the scope "{scope}", but this requires "{wanted}".'
    )


@pytest.mark.parametrize("cell", TRIED)
def test_a_dry_run_needs_the_scope_of_the_real_call(cell: Cell, ground: Ground) -> None:
    answer = ask(ground, cell, Scope.READ, "?dry_run=true")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("pause", 200),
        ("resume", 200),
        ("run", 200),
        *((action, 403) for action in ("tag", "approve", "decline", "delete")),
    ],
)
def test_in_bulk_the_scope_is_that_of_the_verb(
    action: str, status: int, ground: Ground
) -> None:
    bulk = Cell("POST", "/api/v1/schedules/bulk/", "owner", "200")
    assert ask(ground, bulk, Scope.OPERATE, action=action).status_code == status


def test_every_operation_declares_its_scope() -> None:
    generator = Generator()
    with our_description():
        generator.endpoints = EndpointEnumerator().get_api_endpoints()
        _check(generator)


def _check(generator: Generator) -> None:
    undeclared, unguarded = set(), set()
    for path, _, method, callback in generator.endpoints:
        view = generator.create_view(callback, method)
        operation = f"{method} {path}"
        if HasScope not in view.permission_classes:
            unguarded.add(operation)
            continue
        name = getattr(view, "action", None) or method.lower()
        if method != "GET" and name not in view.scopes:
            undeclared.add(operation)
        assert needed_scope(view, method) in Scope
    assert undeclared == set()
    # A view with permissions of its own asks for no scope.
    assert unguarded == PUBLIC


def test_a_token_revokes_itself_and_only_an_edit_token_another(ground: Ground) -> None:
    tokens = "/api/v1/tokens/"
    for scope in (Scope.READ, Scope.OPERATE):
        token, text = token_of(ground, scope)
        speaker = Client(headers={"Authorization": f"Bearer {text}"})
        other = token_of(ground, Scope.READ)[0]
        assert speaker.delete(f"{tokens}{other.token_key}/").status_code == 403
        assert speaker.delete(f"{tokens}{token.token_key}/").status_code == 204
        assert speaker.get("/api/v1/schedules/").status_code == 401


def test_tokens_are_created_with_a_scope_and_edit_is_the_default(
    ground: Ground,
) -> None:
    _, text = token_of(ground, Scope.EDIT)
    speaker = APIClient(headers={"Authorization": f"Bearer {text}"})
    made = [
        speaker.post("/api/v1/tokens/", {"name": "new"} | scope, format="json").json()
        for scope in ({}, {"scope": "read"})
    ]
    assert [token["scope"] for token in made] == ["edit", "read"]
    wrong = speaker.post(
        "/api/v1/tokens/", {"name": "new", "scope": "write"}, format="json"
    )
    assert (wrong.status_code, [*wrong.json()["errors"]]) == (400, ["scope"])


def test_the_command_makes_a_token_of_a_scope(ground: Ground, capsys) -> None:
    call_command("create_token", "ada", "--scope", "operate", "--name", "ops")
    assert ApiToken.objects.get(name="ops").scope == "operate"
    assert 'scope "operate"' in capsys.readouterr().out


def test_all_tokens_of_a_user_are_revoked_at_once(ground: Ground, capsys) -> None:
    _, text = token_of(ground, Scope.EDIT)
    call_command("revoke_tokens", "ada")
    assert "2 tokens" in capsys.readouterr().out
    speaker = Client(headers={"Authorization": f"Bearer {text}"})
    assert speaker.get("/api/v1/schedules/").status_code == 401
    assert revoke_tokens(ground.ada) == 0
