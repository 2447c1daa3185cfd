"""The secrets of webhooks: tokens, signing keys, and what a request is signed with."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.crypto import salted_hmac

# One spelling of each: another one would be a replay that nobody knows for one.
SIGNATURE = re.compile(r"t=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a signature covers besides its time: the request's `Idempotency-Key` and media
    type (each empty if there is none), and its body.

    With another key the same request would not be known for a replay; with another type
    the same body would say something else.
    """

    name: str = ""
    media_type: str = ""
    body: bytes = field(repr=False)


def signature(key: str, signed: Signed, *, timestamp: int) -> str:
    """The header of a request that was signed at `timestamp` (seconds since 1970)."""
    return f"t={timestamp},v1={_mac(key, signed, timestamp)}"


def signature_problem(
    header: str, key: str, signed: Signed, *, now: datetime, tolerance_seconds: int
) -> str | None:
    """Why a request with this header is not believed; None if it is."""
    match = SIGNATURE.fullmatch(header)
    if match is None:
        return "The signature is missing, or not like t=…,v1=…."
    timestamp = int(match[1])
    if not hmac.compare_digest(match[2], _mac(key, signed, timestamp)):
        return "The signature is wrong."
    if abs(now.timestamp() - timestamp) > tolerance_seconds:
        return "The signature is too old, or from the future."
    return None


def mac_of(header: str) -> str:
    """What in a header that was believed is the same however often it is sent."""
    match = SIGNATURE.fullmatch(header)
    return match[2] if match else ""


def _mac(key: str, signed: Signed, timestamp: int) -> str:
    # A line each: no header holds a line break, so that nothing of one passes for another.
    head = f"{timestamp}\n{signed.name}\n{signed.media_type}\n"
    message = head.encode("utf-8", "replace") + signed.body
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
