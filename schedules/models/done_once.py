"""`DoneOnce`: what is done once in the life of a database, and left to people from then on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class DoneOnce(models.Model):
    """A mark that something has been done, by name."""

    name = models.CharField(max_length=40, primary_key=True)
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("done once")

    @override
    def __str__(self) -> str:
        return self.name
