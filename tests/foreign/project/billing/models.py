from __future__ import annotations

from django.conf import settings
from django.db import models


class Invoice(models.Model):
    customer = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="invoices"
    )
    reminders = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.customer
