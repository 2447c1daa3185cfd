"""The settings of the site's provider, and what is wrong with them.

No reason tells a value: a key is a secret, and so is an address with a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from workflows.graph import Problem
from workflows.kit.json_value import text_problem

NEEDED = ("AGENT_BASE_URL", "AGENT_API_KEY", "AGENT_MODEL")
# What a header can hold; anything else would be repeated by the error that says so.
KEY = re.compile(r"[ -~]*")
ADDRESS = re.compile(r"[!-~]*")


def setting_problems() -> Iterator[Problem]:
    """Each setting that is given and cannot work, and why."""
    if why := _address_problem(settings.AGENT_BASE_URL):
        yield "AGENT_BASE_URL", why
    if not KEY.fullmatch(settings.AGENT_API_KEY):
        yield "AGENT_API_KEY", "It holds a character that no header can hold."
    if why := text_problem(settings.AGENT_MODEL, one_line=True):
        yield "AGENT_MODEL", why


def _address_problem(address: str) -> str | None:
    if not address:
        return None
    if not ADDRESS.fullmatch(address):
        return "It holds a character that no address has."
    try:
        parts = urlsplit(address)
        is_complete = parts.port != 0 and httpx.URL(address).host
    except (ValueError, httpx.InvalidURL):
        is_complete = ""
    if not is_complete or parts.scheme not in ("http", "https"):
        return "It is no address such as https://provider.example/v1."
    if parts.username or parts.password:
        return "It holds a user or a password: the key is given by AGENT_API_KEY."
    return None
