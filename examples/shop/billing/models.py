from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from schedules import cron, upsert


class Invoice(models.Model):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    sent_at = models.DateTimeField(default=timezone.now)
    is_paid = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Invoice {self.pk}"

    def remind_every_morning(self) -> None:
        """Keep a schedule for this invoice, which ends when the invoice is deleted.

        It may be called again, and it joins the transaction of its caller.
        """
        upsert(
            f"invoice-{self.pk}",
            call="billing.tasks.remind",
            arguments={"invoice": self},
            timing=cron("0 9 * * *", timezone="Europe/Berlin"),
            name=f"Reminder of invoice {self.pk}",
            for_object=self,
        )
