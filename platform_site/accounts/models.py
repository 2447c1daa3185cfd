"""API tokens: hashed, named, several a user, expiring if asked."""

from __future__ import annotations

from django.db import models
from knox.models import AbstractAuthToken
from typing_extensions import override


class ApiToken(AbstractAuthToken):
    """A bearer token. Only its digest is stored; what it may do is what its user may do."""

    name = models.CharField(max_length=100, default="token")

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
