"""Who a request comes from, when it carries an API token."""

from __future__ import annotations

from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from typing_extensions import override


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`; what the token may do is what its user may do."""

    @override
    def authenticate_credentials(self, token: bytes) -> tuple[object, object]:
        # Knox decodes the header as UTF-8: any other bytes would be an error of ours.
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        user, api_token = super().authenticate_credentials(token)
        return user, api_token
