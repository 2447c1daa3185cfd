"""Validates the settings of the site's model provider.

No problem repeats a value: a key is a secret, and so is an address with a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from workflows.graph import Problem
from workflows.kit.json_value import text_problem

REQUIRED = ("AGENT_BASE_URL", "AGENT_API_KEY", "AGENT_MODEL")
# The model of the demonstration: the site's own, or a script on a site without a provider.
DEMO_MODEL = "ostinato-demo"
# What a header can hold. The HTTP library's error would repeat any other character.
KEY = re.compile(r"[ -~]*")
ADDRESS = re.compile(r"[!-~]*")


def is_scripted(model: str) -> bool:
    """Whether a node that names this model follows the script of the demonstration."""
    has_provider = settings.AGENT_BASE_URL or settings.AGENT_API_KEY
    return model == DEMO_MODEL and not has_provider


def model_name(model: str) -> str:
    """The provider's name for the model that a node names: the site's own by default."""
    own: str = settings.AGENT_MODEL
    return own if model in ("", DEMO_MODEL) else model


def setting_problems() -> Iterator[Problem]:
    """Each setting that is set but cannot work, with the problem. Missing ones are fine."""
    if problem := _address_problem(settings.AGENT_BASE_URL):
        yield "AGENT_BASE_URL", problem
    if not KEY.fullmatch(settings.AGENT_API_KEY):
        yield (
            "AGENT_API_KEY",
            "The key contains a character that an HTTP header cannot hold.",
        )
    if problem := text_problem(settings.AGENT_MODEL, one_line=True):
        yield "AGENT_MODEL", problem


def _address_problem(address: str) -> str | None:
    if not address:
        return None
    if not ADDRESS.fullmatch(address):
        return "The address contains a character that a URL cannot hold."
    try:
        parts = urlsplit(address)
        is_complete = parts.port != 0 and httpx.URL(address).host
    except (ValueError, httpx.InvalidURL):
        is_complete = ""
    if not is_complete or parts.scheme not in ("http", "https"):
        return "This is not a valid address. Example: https://provider.example/v1."
    if parts.username or parts.password:
        return "The address must not contain a user or a password: set AGENT_API_KEY."
    return None
