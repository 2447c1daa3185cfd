"""Making API tokens: one rule behind the command, the admin and the API."""

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
    from django.contrib.auth.models import User

MOST_TOKENS = 100
LONGEST_DAYS = 36_500


class TooManyTokens(WrongState):
    code = "too_many_tokens"
    message = (
        f"This user has {MOST_TOKENS} tokens, the most there may be: revoke one first."
    )


def make_token(
    user: User,
    *,
    name: str,
    expires_at: datetime | None,
    now: datetime,
    scope: Scope = Scope.EDIT,
    through: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """The token and its text, which is stored nowhere. `through` is the token that asks:
    what it makes does not outlive it and may do no more. Raises `InvalidInput` or `TooManyTokens`."""
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
        # The user's row is held, so that two at once do not make one too many.
        get_user_model().objects.select_for_update().get(pk=user.pk)
        if has_too_many(user, now=now):
            raise TooManyTokens
        token.save(force_insert=True)
    return token, text


def has_too_many(user: User, *, now: datetime) -> bool:
    """Whether no further token may be made; the expired ones go first."""
    tokens = ApiToken.objects.filter(user=user)
    tokens.filter(expiry__lt=now).delete()
    return bool(tokens.count() >= MOST_TOKENS)


def name_problems(name: str) -> list[str]:
    """Why a token cannot be called so; nothing if it can."""
    if not name.strip():
        return ["A name is needed."]
    return list(text_problems(name, most=ApiToken.NAME_LENGTH, one_line=True))


def revoke_tokens(user: User) -> int:
    """Revoke all tokens of a user; how many there were."""
    tokens = ApiToken.objects.filter(user=user)
    count: int = tokens.count()
    tokens.delete()
    return count


def _scope_problems(scope: Scope, through: ApiToken | None) -> list[str]:
    if through and not Scope(through.scope).allows(scope):
        return [
            f'The token that asks has the scope "{through.scope}": not more than that.'
        ]
    return []


def _expiry_problems(
    expires_at: datetime | None, through: ApiToken | None, *, now: datetime
) -> list[str]:
    if expires_at and not now < expires_at <= now + timedelta(days=LONGEST_DAYS):
        return [f"It must be in the future, at most {LONGEST_DAYS} days ahead."]
    last = through.expiry if through else None
    if last and (expires_at is None or expires_at > last):
        return [f"The token that asks expires at {last.isoformat()}: not after that."]
    return []
