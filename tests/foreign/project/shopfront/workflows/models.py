"""An app with the label, and a reverse name of users, that Ostinato's might have."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Workflow(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="workflows"
    )

    def __str__(self) -> str:
        return f"{self.owner}"
