"""Functions of many signatures, and the form in which they are chosen."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

from tests.permissions import allow
from tests.schedules.admin.conftest import LIST
from tests.schedules.admin.form.forms import filled
from workflows.callables import schedulable

ADD = f"{LIST}add/"
OBJECTS = f"{LIST}objects/"
SHOW_FIELDS = {"_fields": "1"}
NEW = {"name": "nightly", "cron_expression": "30 2 * * *", "timezone": "Europe/Berlin"}


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


def everything(
    untyped,
    name: str,
    count: int,
    ratio: float,
    on: bool,  # noqa: FBT001
    day: date,
    at: datetime,
    clock: time,
    wait: timedelta,
    token: UUID,
    price: Decimal,
    size: Size,
    user: User,
    words: list[str],
    mode: Literal["fast", "slow"] = "fast",
    note: str | None = None,
    maybe: bool | None = None,  # noqa: FBT001
    loud: bool = True,  # noqa: FBT001, FBT002
) -> None:
    """Take one of each."""


def declare(name: str, parameters: str) -> None:
    """Write a function of this dotted name, and declare it."""
    module, _, bare = name.rpartition(".")
    made: dict[str, Any] = {"__name__": module}
    exec(f"def {bare}({parameters}) -> None: ...", made)
    schedulable(made[bare])


def open_ended(first: int = 1, **others: int) -> None: ...


EVERYTHING = f"{__name__}.everything"
OPEN_ENDED = f"{__name__}.open_ended"


@pytest.fixture(autouse=True)
def declared(callables: None) -> None:
    schedulable(everything)
    schedulable(open_ended)


@pytest.fixture
def clerk(db: None) -> User:
    """Staff who may add and change schedules and call functions, and nothing else."""
    user = User.objects.create_user("clerk", is_staff=True)
    names = ["add_scheduledjob", "change_scheduledjob", "view_scheduledjob"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return allow(user, "ostinato_workflows.call_function")


@pytest.fixture
def desk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def form_of(response: HttpResponse) -> Any:
    return response.context["adminform"].form


def choose(site: Client, call: str, address: str = ADD, **typed: Any) -> Any:
    """The form after "Show its fields"."""
    sent = filled(site, address, call=call, **typed) | SHOW_FIELDS
    response = site.post(address, sent)
    assert response.status_code == 200
    return form_of(response)


def offered(form: Any) -> dict[str, list[str]]:
    return {
        group: [value for value, _ in choices]
        for group, choices in form.fields["call"].choices
        if isinstance(choices, list)
    }


FILLED = {
    "untyped": '{"a": [1]}',
    "name": "Ada",
    "count": "3",
    "ratio": "0.5",
    "on": "on",
    "day": "2026-03-29",
    "at": "2026-03-29T09:00:00",
    "clock": "10:30:00",
    "wait": "00:05:00",
    "token": "01234567-89ab-cdef-0123-456789abcdef",
    "price": "12.50",
    "size": '"l"',
    "words": '["a", "b"]',
}


def fill(site: Client, call: str, address: str = ADD, **arguments: Any) -> Any:
    """The answer to the form of a new schedule that calls it with these arguments."""
    form = choose(site, call, address, **(NEW if address == ADD else {}))
    sent = {name: form[name].value() for name in form.fields}
    shown = {name: value for name, value in sent.items() if value not in (None, False)}
    given = {f"argument-{name}": value for name, value in arguments.items()}
    return site.post(address, {**shown, **given})
