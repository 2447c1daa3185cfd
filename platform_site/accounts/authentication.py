"""Who a request comes from, when it carries an API token."""

from __future__ import annotations

from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from typing_extensions import override

REFUSED = "This token is wrong, has expired, or was revoked."


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`; what the token may do is what its user may do."""

    @override
    def authenticate_credentials(self, token: bytes) -> tuple[object, object]:
        # Knox decodes the header as UTF-8: any other bytes would be an error of ours.
        if not token.isascii():
            raise AuthenticationFailed(REFUSED)
        try:
            user, api_token = super().authenticate_credentials(token)
        except AuthenticationFailed as error:
            # One answer for all: which of them it was is nobody's business.
            raise AuthenticationFailed(REFUSED) from error
        return user, api_token
