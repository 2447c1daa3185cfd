"""`SavedView`: filters, search and order of the list of schedules, kept under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits


class SavedView(models.Model):
    """A view of one user's, which nobody else sees. `query` is a query string without `?`."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="ostinato_saved_views",
    )
    name = models.CharField(max_length=limits.VIEW_NAME_LENGTH)
    query = models.CharField(max_length=limits.VIEW_QUERY_LENGTH, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name"),
        ]

    @override
    def __str__(self) -> str:
        return self.name
