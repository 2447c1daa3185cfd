"""`ScheduleEpoch`: a period during which a schedule had one timing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from schedules.models.schedule import ScheduledJob


class ScheduleEpoch(models.Model):
    """One timing and its ticks: those after `from_at`, up to and including `to_at`.

    The audit checks closed epochs by `tick_count` and `counts`, and the open one (`to_at` is
    null) by calculating its ticks again. `pruned_upto` and `pruned_counts` record what was
    pruned.
    """

    schedule = models.ForeignKey(
        ScheduledJob,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # `epoch_number_of_schedule` begins with it
        related_name="epochs",
    )
    number = models.PositiveIntegerField(_("number"))
    timing = models.JSONField(_("timing"))
    tzdata_version = models.CharField(_("tzdata version"), max_length=20)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    tick_count = models.PositiveBigIntegerField(_("tick count"), null=True)
    counts = models.JSONField(_("counts"), default=dict)
    pruned_upto = models.DateTimeField(null=True)
    pruned_counts = models.JSONField(_("pruned counts"), default=dict)

    class Meta:
        verbose_name = _("epoch")
        verbose_name_plural = _("epochs")
        ordering = ["schedule_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "number"], name="epoch_number_of_schedule"
            ),
        ]
        indexes = [models.Index(fields=["-from_at"], name="epoch_newest")]

    @override
    def __str__(self) -> str:
        return f"epoch {self.number} of {self.schedule_id}"
