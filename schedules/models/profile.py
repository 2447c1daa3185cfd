"""`UserProfile`: a user's own settings, and the limits of agents that act for the user."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
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
        help_text=_("The colours of these pages."),
    )
    agents_wish = models.CharField(
        max_length=3, choices=AgentsWish.choices, blank=True, default=AgentsWish.SITE
    )
    # What administrators allow
    agents_may_schedule = models.BooleanField(
        _("agents may schedule"),
        null=True,
        blank=True,
        help_text=_("Whether agents may create or change schedules for this user."),
    )
    agents_propose = models.BooleanField(
        _("agents propose"),
        null=True,
        blank=True,
        help_text=_(
            "Whether the schedules of agents stay paused until a person approves them."
        ),
    )
    agents_may_schedule_from_schedules = models.BooleanField(
        null=True,
        blank=True,
        help_text=_(
            "Whether a run that a schedule started may create, change and resume "
            "schedules, which can then multiply."
        ),
    )
    agent_max_active_schedules = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_(
            "How many active schedules agents may have created, proposals included."
        ),
    )
    agent_min_interval_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_(
            "The minimum interval between two runs of a schedule of an agent, in seconds."
        ),
    )
    agent_max_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("The number of days within which a schedule of an agent must end."),
    )

    class Meta:
        verbose_name = _("settings of a user")
        verbose_name_plural = _("settings of users")

    @override
    def __str__(self) -> str:
        return name_of(self.user)
