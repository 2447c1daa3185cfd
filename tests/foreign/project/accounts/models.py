from __future__ import annotations

from django.conf import settings
from django.db import models


class Profile(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile"
    )
    newsletter = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"profile of {self.user}"
