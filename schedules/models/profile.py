"""`UserProfile`: a person's time zone, and what agents may do in their name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from typing_extensions import override


class UserProfile(models.Model):
    """Settings of one user. A null limit means the site's default."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    timezone = models.CharField(max_length=64, blank=True, default="")
    agents_propose = models.BooleanField(default=False)
    agents_may_schedule = models.BooleanField(default=True)
    agents_may_schedule_from_schedules = models.BooleanField(default=False)
    agent_max_active_schedules = models.PositiveIntegerField(null=True, blank=True)
    agent_min_interval_seconds = models.PositiveIntegerField(null=True, blank=True)
    agent_max_days = models.PositiveIntegerField(null=True, blank=True)

    @override
    def __str__(self) -> str:
        return f"profile of {self.user}"
