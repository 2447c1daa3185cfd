from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

from billing.models import Invoice
from schedules import schedulable

try:
    from django.tasks import task
except ImportError:  # Django 5.2
    from django_tasks import task


@schedulable
def remind(customer: str, on: date, amount: Decimal = Decimal("1.50")) -> dict:
    """Writes an invoice, which shows that this ran."""
    made = Invoice.objects.create(customer=customer, amount=amount)
    return {"invoice": made.pk, "weekday": on.isoweekday()}


@schedulable
async def fetch(customer):
    await asyncio.sleep(0)
    made = await Invoice.objects.acreate(customer=customer, amount=2)
    return made.pk


@task
def archive(customer: str) -> int:
    return Invoice.objects.create(customer=customer, amount=3).pk


def pickled(on: date, amount: Decimal) -> tuple[date, Decimal]:
    """For the project's own queue, whose jobs take and give what is not JSON."""
    return on, amount * 2


def helper(customer: str) -> None:
    """Not declared as schedulable, so nobody may schedule it."""
