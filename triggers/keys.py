"""The secrets of webhooks: tokens, signing keys, and what a request is signed with."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime

from django.utils.crypto import salted_hmac

SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def new_token() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored in place of `secret`."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def signing_key(salt: str) -> str:
    """The key of the webhook with this salt: stored nowhere, the same each time."""
    made = salted_hmac("triggers.webhooks", salt, algorithm="sha256")
    return f"whsec_{made.hexdigest()}"


def signature(key: str, *, timestamp: int, name: str, body: bytes) -> str:
    """The header of a request that was signed at `timestamp` (seconds since 1970).

    It covers the request's `Idempotency-Key`, too (`name`, empty if there is none): with
    another one the same request would not be known for a replay.
    """
    return f"t={timestamp},v1={_mac(key, timestamp, name, body)}"


def signature_problem(
    header: str,
    key: str,
    *,
    name: str,
    body: bytes,
    now: datetime,
    tolerance_seconds: int,
) -> str | None:
    """Why a request with this header is not believed; None if it is."""
    match = SIGNATURE.fullmatch(header)
    if match is None:
        return "The signature is missing, or not like t=…,v1=…."
    timestamp = int(match[1])
    if not hmac.compare_digest(match[2], _mac(key, timestamp, name, body)):
        return "The signature is wrong."
    if abs(now.timestamp() - timestamp) > tolerance_seconds:
        return "The signature is too old, or from the future."
    return None


def _mac(key: str, timestamp: int, name: str, body: bytes) -> str:
    head = f"{timestamp}.{name}.".encode("utf-8", "replace")
    return hmac.new(key.encode(), head + body, hashlib.sha256).hexdigest()
