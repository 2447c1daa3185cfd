"""People who use the admin, and the addresses of its pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from schedules.models import ScheduledJob

MakeStaff = Callable[..., Client]


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", password="boss-password")


@pytest.fixture
def site(boss: User) -> Client:
    """The browser of a superuser."""
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def make_staff(db: None) -> MakeStaff:
    """The browser of a new staff user with these permissions on schedules, and no others."""

    def make(*verbs: str) -> Client:
        user = User.objects.create_user("staff", is_staff=True)
        names = [f"{verb}_scheduledjob" for verb in verbs]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client = Client()
        client.force_login(user)
        return client

    return make


LIST = "/admin/ostinato_schedules/scheduledjob/"


def page(schedule: ScheduledJob, verb: str = "change") -> str:
    return reverse(f"admin:ostinato_schedules_scheduledjob_{verb}", args=(schedule.pk,))
