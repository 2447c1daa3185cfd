"""What people may schedule. `tasks.py` of each app is imported; only what is declared in it
can be chosen."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Literal

from django.core.mail import send_mail

from billing.models import Invoice
from schedules import schedulable

try:
    from django.tasks import task
except ImportError:  # before Django 6
    from django_tasks import task


@schedulable
def remind(invoice: Invoice, tone: Literal["kind", "firm"] = "kind") -> str:
    """Remind a customer of an open invoice."""
    if invoice.is_paid:
        return "paid"
    greeting = "We kindly remind you" if tone == "kind" else "We must remind you"
    text = f"{greeting} of {invoice} of {invoice.amount} EUR."
    send_mail(str(invoice), text, "office@example.com", [invoice.customer.email])
    return "reminded"


@schedulable
async def quote(currency: str = "USD", amount: Decimal = Decimal(1)) -> dict[str, str]:
    """Ask several banks for a price at the same time."""

    async def ask(rate: str) -> Decimal:
        await asyncio.sleep(0)
        return amount * Decimal(rate)

    prices = await asyncio.gather(ask("1.08"), ask("1.07"))
    return {currency: str(min(prices))}


@task
def close_month(month: date) -> int:
    """Count the invoices that were sent in a month and are paid."""
    sent = Invoice.objects.filter(sent_at__year=month.year, sent_at__month=month.month)
    return sent.filter(is_paid=True).count()
