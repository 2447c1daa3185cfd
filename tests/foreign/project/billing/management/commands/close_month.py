from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from billing.models import Invoice


class Command(BaseCommand):
    help = "Closes the month of a customer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer")

    def handle(self, *args, customer: str, **options) -> None:
        Invoice.objects.create(customer=customer, amount=4)
        self.stdout.write(f"closed {customer}")
