"""`UserProfile`: a person's time zone, and what agents may do in their name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from typing_extensions import override

from schedules import limits


class UserProfile(models.Model):
    """Settings of one user. Null means the site's setting of the same name."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="ostinato_profile",
    )
    timezone = models.CharField(max_length=limits.ZONE_LENGTH, blank=True, default="")
    agents_may_schedule = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether agents may touch this user's schedules.",
    )
    agents_propose = models.BooleanField(
        null=True,
        blank=True,
        help_text="What an agent schedules is paused until a person resumes it.",
    )
    agents_may_schedule_from_schedules = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether a run that a schedule started may make, change and resume "
        "schedules, which can then breed.",
    )
    agent_max_active_schedules = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many active schedules agents may have made, proposals included.",
    )
    agent_min_interval_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="What an agent schedules runs no more often than this.",
    )
    agent_max_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="What an agent schedules ends within so many days.",
    )

    @override
    def __str__(self) -> str:
        return f"profile of {self.user}"
