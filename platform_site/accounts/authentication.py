"""Authentication of API requests by a token."""

from __future__ import annotations

from hmac import compare_digest
from math import ceil

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from typing_extensions import override

from platform_site.accounts.client_address import client_address
from platform_site.accounts.models import ApiToken
from platform_site.accounts.throttles import TokenFailureRate
from workflows.kit.api.authentication import accept_tokens
from workflows.kit.logs import get_logger

log = get_logger(__name__)

SCHEME = "Bearer"
REFUSED = "The token is wrong, has expired or has been revoked."


@accept_tokens
class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`: the token acts for its user, within its scope."""

    @override
    def authenticate(self, request: Request) -> tuple[object, object] | None:
        try:
            found: tuple[object, object] | None = super().authenticate(request)
        except AuthenticationFailed:
            log.warning("token_refused", address=client_address(request._request))
            failures = TokenFailureRate()
            if not failures.admits(request._request):
                raise Throttled(ceil(failures.wait() or 1)) from None
            raise
        return found

    @override
    def authenticate_header(self, request: Request) -> str:
        # Not by Knox's setting, which is the project's.
        return SCHEME

    @override
    def authenticate_credentials(self, token: bytes) -> tuple[object, object]:
        found = _find(token)
        # One answer for all cases: which of them applies is not revealed.
        if found is None or _has_expired(found) or not found.user.is_active:
            raise AuthenticationFailed(REFUSED)
        return found.user, found


def _find(token: bytes) -> ApiToken | None:
    """Among our tokens, whatever model of tokens the project has."""
    if not token.isascii():
        return None
    text = token.decode()
    alike = ApiToken.objects.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH])
    digest = hash_token(text)
    return next(
        (
            each
            for each in alike.select_related("user")
            if compare_digest(digest, each.digest)
        ),
        None,
    )


def _has_expired(token: ApiToken) -> bool:
    """Whether it has; then all expired ones of its user are deleted."""
    now = timezone.now()  # noqa: TID251 an entry point
    if token.expiry is None or token.expiry >= now:
        return False
    ApiToken.objects.filter(user=token.user_id, expiry__lt=now).delete()
    return True
