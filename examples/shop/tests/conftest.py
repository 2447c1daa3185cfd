from __future__ import annotations

from decimal import Decimal

import pytest
from billing.models import Invoice
from customers.models import Customer


@pytest.fixture
def office(db: None) -> Customer:
    """The owner of the schedules, as the settings name it."""
    return Customer.objects.create_superuser("office@example.com")


@pytest.fixture
def invoice(office: Customer) -> Invoice:
    ada = Customer.objects.create_user("ada@example.com")
    return Invoice.objects.create(customer=ada, amount=Decimal("12.50"))
