"""Creating and revoking API tokens: the service behind the command, the admin and the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from platform_site.accounts.models import ApiToken
from schedules.services.drafts.validation import text_problems
from workflows.kit.errors import InvalidInput, WrongState
from workflows.scopes import Scope

if TYPE_CHECKING:
    from workflows.kit.users import User

MAX_TOKENS = 100
MAX_DAYS = 36_500


class TooManyTokens(WrongState):
    code = "too_many_tokens"
    message = f"The user already has {MAX_TOKENS} tokens, which is the maximum: revoke one first."


def create_token(
    user: User,
    *,
    name: str,
    expires_at: datetime | None,
    now: datetime,
    scope: Scope = Scope.EDIT,
    through: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Create a token. Returns it and its text, which is not stored.

    `through` is the token that authenticates the request: the new one may neither outlive it
    nor exceed its scope. Raises `InvalidInput` or `TooManyTokens`.
    """
    problems = {
        "name": name_problems(name),
        "expires_at": _expiry_problems(expires_at, through, now=now),
        "scope": _scope_problems(scope, through),
    }
    if any(problems.values()):
        raise InvalidInput(errors={key: why for key, why in problems.items() if why})
    digest, text = get_digest_token()
    token = ApiToken(
        digest=digest,
        token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH],
        user=user,
        expiry=expires_at,
        name=name,
        scope=scope,
    )
    with transaction.atomic():
        # The user's row is locked, so that two at once do not exceed the maximum.
        get_user_model()._base_manager.select_for_update().get(pk=user.pk)
        if has_too_many(user, now=now):
            raise TooManyTokens
        token.save(force_insert=True)
    return token, text


def has_too_many(user: User, *, now: datetime) -> bool:
    """Delete the user's expired tokens. Returns whether the maximum is reached."""
    tokens = ApiToken.objects.filter(user=user)
    tokens.filter(expiry__lt=now).delete()
    return bool(tokens.count() >= MAX_TOKENS)


def name_problems(name: str) -> list[str]:
    """The problems of a name for a token; empty if there are none."""
    if not name.strip():
        return ["A name is required."]
    return list(text_problems(name, most=ApiToken.NAME_LENGTH, one_line=True))


def revoke_tokens(user: User) -> int:
    """Revoke all tokens of a user. Returns how many there were."""
    tokens = ApiToken.objects.filter(user=user)
    count: int = tokens.count()
    tokens.delete()
    return count


def _scope_problems(scope: Scope, through: ApiToken | None) -> list[str]:
    if through and not Scope(through.scope).allows(scope):
        return [
            f'Must not exceed the scope of the token in use, which is "{through.scope}".'
        ]
    return []


def _expiry_problems(
    expires_at: datetime | None, through: ApiToken | None, *, now: datetime
) -> list[str]:
    if expires_at and not now < expires_at <= now + timedelta(days=MAX_DAYS):
        return [f"Must be in the future, at most {MAX_DAYS:,} days from now."]
    last = through.expiry if through else None
    if last and (expires_at is None or expires_at > last):
        return [
            f"Must not be after the expiry of the token in use, {last.isoformat()}."
        ]
    return []
