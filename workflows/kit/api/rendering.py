"""How the answers of the API are written: JSON, whatever the project's own API does."""

from __future__ import annotations

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer

from workflows.kit.api.framework import OURS


class ApiRenderer(JSONRenderer):
    ensure_ascii = False
    compact = True
    strict = True


class Negotiation(DefaultContentNegotiation):
    """By the Accept header only: `?format=` would be an undocumented parameter."""

    settings = OURS
