"""`UserProfile`: a user's own settings, and the limits of agents that act for the user."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from typing_extensions import override

from schedules import limits
from schedules.models.choices import AgentsWish, Theme
from workflows.kit.users import name_of


class UserProfile(models.Model):
    """Settings of one user. Null: the setting of the site with the same name applies."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="ostinato_profile",
    )
    timezone = models.CharField(max_length=limits.ZONE_LENGTH, blank=True, default="")
    theme = models.CharField(
        max_length=5,
        choices=Theme.choices,
        default=Theme.AUTO,
        help_text="The colours of these pages.",
    )
    agents_wish = models.CharField(
        max_length=3, choices=AgentsWish.choices, blank=True, default=AgentsWish.SITE
    )
    # What administrators allow
    agents_may_schedule = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether agents may create or change schedules for this user.",
    )
    agents_propose = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether the schedules of agents stay paused until a person approves them.",
    )
    agents_may_schedule_from_schedules = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether a run that a schedule started may create, change and resume "
        "schedules, which can then multiply.",
    )
    agent_max_active_schedules = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many active schedules agents may have created, proposals included.",
    )
    agent_min_interval_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The minimum interval between two runs of a schedule of an agent, in seconds.",
    )
    agent_max_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The number of days within which a schedule of an agent must end.",
    )

    class Meta:
        verbose_name = "settings of a user"
        verbose_name_plural = "settings of users"

    @override
    def __str__(self) -> str:
        return f"settings of {name_of(self.user)}"
