"""The secrets of webhooks: tokens, signing keys and signatures."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.crypto import salted_hmac

# Only one spelling of each part: another spelling would hide that a request is a replay.
SIGNATURE = re.compile(r"t=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})")


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The hash that is stored instead of `secret`."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def signing_key(salt: str) -> str:
    """The signing key of the webhook with this salt: derived from SECRET_KEY, never stored."""
    made = salted_hmac("triggers.webhooks", salt, algorithm="sha256")
    return f"whsec_{made.hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a signature covers besides its time: the `Idempotency-Key` and the media type (each
    empty if there is none), and the body.

    With a different key the same request would not be recognised as a replay; with a different
    type the same body would mean something else.
    """

    idempotency_key: str = ""
    media_type: str = ""
    body: bytes = field(repr=False)


def signature(key: str, signed: Signed, *, timestamp: int) -> str:
    """The signature header of a request signed at `timestamp`, in seconds since 1970."""
    return f"t={timestamp},v1={_mac(key, signed, timestamp)}"


def signature_problem(
    header: str, key: str, signed: Signed, *, now: datetime, tolerance_seconds: int
) -> str | None:
    """The problem of a signature header; None if it is valid."""
    match = SIGNATURE.fullmatch(header)
    if match is None:
        return "The signature is missing, or does not have the form t=…,v1=…."
    timestamp = int(match[1])
    if not hmac.compare_digest(match[2], _mac(key, signed, timestamp)):
        return "The signature is wrong."
    if abs(now.timestamp() - timestamp) > tolerance_seconds:
        return f"The time of the signature differs from the server's by more than {tolerance_seconds} s."
    return None


def mac_of(header: str) -> str:
    """The part of a valid signature header that identifies the request in all its replays."""
    match = SIGNATURE.fullmatch(header)
    return match[2] if match else ""


def _mac(key: str, signed: Signed, timestamp: int) -> str:
    # One line each: headers contain no line breaks, so that no part can pass for another.
    head = f"{timestamp}\n{signed.idempotency_key}\n{signed.media_type}\n"
    message = head.encode("utf-8", "replace") + signed.body
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
