"""`ScheduleEvent`: who did what to a schedule, when and why. Never changed or deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits
from schedules.models.choices import ActorKind, ReasonCode
from schedules.models.schedule import ScheduledJob
from workflows.kit.phrases import phrase
from workflows.kit.users import NAME_LENGTH


class EventVerb(models.TextChoices):
    """What happened to a schedule."""

    CREATE = "create", phrase("Create")
    UPDATE = "update", phrase("Update")
    PAUSE = "pause", phrase("Pause")
    RESUME = "resume", phrase("Resume")
    # A person accepted what an agent had proposed, or refused it, which deleted it.
    APPROVE = "approve", phrase("Approve")
    DECLINE = "decline", phrase("Decline")
    # An update gave new ticks to a stopped schedule.
    REVIVE = "revive", phrase("Revive")
    RUN = "run", phrase("Run")
    BACKFILL = "backfill", phrase("Backfill")
    STOP = "stop", phrase("Stop")
    COMPLETE = "complete", phrase("Complete")  # it came to its end by its own rules
    # Ticks that were recorded while a clock was ahead.
    WITHDRAW = "withdraw", phrase("Withdraw")


# As the index `event_decided` has it: SQLite uses a partial index only if its condition is in
# the query, with the same constants.
DECISIONS = Q(verb__in=[RawSQL("'approve'", ()), RawSQL("'decline'", ())])


class ScheduleEvent(models.Model):
    """One action on one schedule. It is kept, with the id and the name, after a deletion."""

    schedule = models.ForeignKey(
        ScheduledJob,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    schedule_name = models.CharField(max_length=limits.NAME_LENGTH)
    verb = models.CharField(max_length=10, choices=EventVerb.choices)
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    execution_id = models.UUIDField(null=True, blank=True)
    reason_code = models.CharField(
        _("reason code"),
        max_length=20,
        choices=ReasonCode.choices,
        blank=True,
        default="",
    )
    note = models.CharField(
        _("note"), max_length=limits.NOTE_LENGTH, blank=True, default=""
    )
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="event_choices",
                condition=Q(
                    verb__in=EventVerb.values,
                    actor_kind__in=ActorKind.values,
                    reason_code__in=ReasonCode.values,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "-created_at"], name="event_of_schedule"),
            models.Index(fields=["-created_at", "-id"], name="event_newest"),
            # What agents have created recently, for the guardrail `rate`.
            models.Index(
                fields=["actor", "-created_at"],
                name="event_agent_created",
                condition=Q(verb=EventVerb.CREATE, actor_kind=ActorKind.AGENT),
            ),
            models.Index(
                fields=["actor", "-created_at"],
                name="event_agent_resumed",
                condition=Q(verb=EventVerb.RESUME, actor_kind=ActorKind.AGENT),
            ),
            # What people have decided about the proposals of agents.
            models.Index(
                fields=["-created_at"],
                name="event_decided",
                condition=Q(verb__in=[EventVerb.APPROVE, EventVerb.DECLINE]),
            ),
            # A revival counts as a creation for the guardrail `rate`.
            models.Index(
                fields=["actor", "-created_at"],
                name="event_agent_revived",
                condition=Q(verb=EventVerb.REVIVE, actor_kind=ActorKind.AGENT),
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.verb} {self.schedule_name}"
