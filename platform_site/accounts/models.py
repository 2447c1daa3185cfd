"""API tokens: hashed, named, several a user, expiring if asked."""

from __future__ import annotations

from django.db import models
from knox.models import AbstractAuthToken
from typing_extensions import override


class ApiToken(AbstractAuthToken):
    """A bearer token. Only its digest is stored; what it may do is what its user may do."""

    NAME_LENGTH = 100

    name = models.CharField(max_length=NAME_LENGTH, default="token")

    class Meta:
        verbose_name = "API token"

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
