"""`BulkAction`: one verb on many schedules, as a person confirmed it; and what came of each.

It is carried out in slices, any time after it was confirmed. `place` is where it goes on: it
moves in the transaction in which the verb acts, so that no schedule is left out or comes
twice.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules import limits
from schedules.models.schedule import ScheduledJob


class BulkVerb(models.TextChoices):
    PAUSE = "pause"
    RESUME = "resume"
    RUN = "run"
    TAG = "tag"
    DELETE = "delete"


class BulkOutcome(models.TextChoices):
    DONE = "done"
    UNCHANGED = "unchanged"  # it was so already
    REFUSED = "refused"


class BulkAction(models.Model):
    """Only `user` sees it, confirms it and carries it on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    verb = models.CharField(max_length=10, choices=BulkVerb.choices)
    # The ids of the schedules, in order. They do not change any more.
    ids = models.JSONField(default=list)
    total = models.PositiveIntegerField()
    # The list from which they were chosen: its query string, and whether they were all that
    # matched it.
    query = models.TextField(blank=True, default="")
    is_all_of_query = models.BooleanField(default=False)
    # What the person chose on the page that asks.
    note = models.CharField(max_length=limits.NOTE_LENGTH, blank=True, default="")
    options = models.JSONField(default=dict, blank=True)

    place = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bulk action")
        ordering = ["-created_at", "id"]
        default_permissions = ()  # it has pages of its own, for its user alone
        constraints = [
            models.CheckConstraint(
                name="bulk_action_place",
                condition=Q(place__lte=models.F("total")),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="bulk_action_of_user"),
            models.Index(fields=["changed_at"], name="bulk_action_age"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.verb} {self.total}"

    @property
    def rest(self) -> int:
        """How many schedules have not been reached."""
        return self.total - self.place

    @property
    def is_unfinished(self) -> bool:
        return self.confirmed_at is not None and self.finished_at is None


class BulkItem(models.Model):
    """What came of the action for the schedule at one place of it."""

    action = models.ForeignKey(
        BulkAction, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    place = models.PositiveIntegerField()
    # It may be deleted, by this very action.
    schedule = models.ForeignKey(
        ScheduledJob,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    schedule_name = models.CharField(
        max_length=limits.NAME_LENGTH, blank=True, default=""
    )
    outcome = models.CharField(max_length=10, choices=BulkOutcome.choices)
    reason = models.CharField(max_length=limits.NOTE_LENGTH, blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("outcome of a bulk action")
        ordering = ["place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["action", "place"], name="bulk_item_once_a_place"
            ),
        ]
        indexes = [
            models.Index(
                fields=["action", "outcome", "place"], name="bulk_item_by_outcome"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.outcome} {self.schedule_name}"
