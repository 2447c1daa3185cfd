"""API tokens: hashed and named; a user may have several, with an optional expiry."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken
from typing_extensions import override

from workflows.scopes import Scope


class ApiToken(AbstractAuthToken):
    """A bearer token, of which only a digest is stored. It may do what its user may do, within
    its scope."""

    NAME_LENGTH = 100

    # As in the base class, except for the reverse name: a project may use Knox itself.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="ostinato_tokens",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, default="token")
    scope = models.CharField(
        _("scope"),
        max_length=16,
        choices=Scope.choices,
        default=Scope.EDIT,
        help_text=_(
            "read: view and preview. operate: also pause, resume, run, backfill and "
            "cancel. edit: everything that the user may do."
        ),
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=Scope.values), name="api_token_scope_valid"
            )
        ]

    @property
    def ostinato_scope(self) -> str:
        """By this name, which tokens of a project do not have, the API asks for it."""
        return self.scope

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
