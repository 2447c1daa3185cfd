"""RQ's admin pages are only for users with the permission."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from redis import Redis

from workflows.execution.queue import queue

pytestmark = pytest.mark.django_db
HOME = "/admin/django_rq/dashboard/"
PAGES = [HOME, f"{HOME}queues/0/", f"{HOME}workers/0/", f"{HOME}schedulers/0/"]


@pytest.fixture
def staff(client: Client) -> User:
    user = User.objects.create_user("staff", password="x", is_staff=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_the_permission_is_refused(
    redis: Redis, client: Client, staff: User, page: str
) -> None:
    assert client.get(page).status_code == 403


def test_staff_without_the_permission_cannot_empty_the_queue(
    redis: Redis, client: Client, staff: User
) -> None:
    queue().enqueue("os.getpid")
    assert client.post(f"{HOME}queues/0/empty/", {"post": "yes"}).status_code == 403
    assert queue().count == 1


@pytest.mark.parametrize("page", PAGES)
def test_with_the_permission_the_pages_are_shown(
    redis: Redis, client: Client, staff: User, page: str
) -> None:
    permission = Permission.objects.get(
        codename="admin", content_type__app_label="django_rq"
    )
    staff.user_permissions.add(permission)
    answer = client.get(page)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" in policy


def test_its_address_for_programs_needs_the_permission_too(
    redis: Redis, client: Client, staff: User
) -> None:
    assert client.get(f"{HOME}stats.json").status_code == 403
