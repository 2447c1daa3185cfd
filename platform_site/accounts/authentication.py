"""Authentication of API requests by a token."""

from __future__ import annotations

from math import ceil

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from typing_extensions import override

from platform_site.accounts.client_address import client_address
from platform_site.accounts.models import ApiToken
from platform_site.accounts.throttles import TokenFailureRate
from workflows.kit.api.authentication import accept_tokens
from workflows.kit.logs import get_logger

log = get_logger(__name__)

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
    def authenticate_credentials(self, token: bytes) -> tuple[object, object]:
        # Knox decodes the header as UTF-8: other bytes would be a server error.
        if not token.isascii():
            raise AuthenticationFailed(REFUSED)
        try:
            user, api_token = super().authenticate_credentials(token)
        except AuthenticationFailed as error:
            # One answer for all cases: which of them applies is not revealed.
            raise AuthenticationFailed(REFUSED) from error
        return user, api_token

    @override
    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """Delete the user's expired tokens. Returns whether this one was among them.

        Knox does the same, but through the reverse name of its own model.
        """
        now = timezone.now()  # noqa: TID251 an entry point
        expired = ApiToken.objects.filter(user=auth_token.user_id, expiry__lt=now)
        digests = set(expired.values_list("digest", flat=True))
        if digests:
            expired.filter(digest__in=digests).delete()
        return auth_token.digest in digests
