"""Failed logins are on record, and refused after some: by account and address together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from platform_site.accounts.client_address import client_address
from platform_site.accounts.models import ApiToken
from platform_site.accounts.throttles import TokenFailureRate

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
LOGIN = "/admin/login/"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
LIMIT = 10


@pytest.fixture(autouse=True)
def no_counts() -> None:
    cache.clear()


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


def log_in(
    password: str = PASSWORD, *, name: str = "ada", address: str = HOME, **extra: str
) -> HttpResponse:
    data = {"username": name, "password": password, "next": "/admin/"}
    return Client(REMOTE_ADDR=address, **extra).post(LOGIN, data)


def fail(times: int, **options: str) -> list[int]:
    return [log_in(f"wrong {n}", **options).status_code for n in range(times)]


def is_in(response: HttpResponse) -> bool:
    return response.status_code == 302


def test_the_right_password_comes_in_after_some_wrong_ones(ada: User) -> None:
    assert fail(LIMIT - 1) == [200] * (LIMIT - 1)
    assert is_in(log_in())
    # And the count starts again.
    assert fail(LIMIT - 1) == [200] * (LIMIT - 1)
    assert is_in(log_in())


@pytest.mark.both_databases
def test_after_too_many_even_the_right_one_is_refused_for_a_while(ada: User) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False) as clock:
        assert fail(LIMIT)[-1] == 429
        refused = log_in()
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) == 900
        assert b"Try again in 15 minutes" in refused.content
        clock.shift(timedelta(minutes=14))
        assert log_in().status_code == 429  # which does not prolong it
        clock.shift(timedelta(minutes=1, seconds=1))
        assert is_in(log_in())


def test_failures_from_elsewhere_lock_no_one_out(ada: User) -> None:
    fail(LIMIT + 5, address=ELSEWHERE)
    assert log_in(address=ELSEWHERE).status_code == 429
    assert is_in(log_in())


def test_others_at_the_same_address_come_in(ada: User) -> None:
    User.objects.create_superuser("grace", password=PASSWORD)
    fail(LIMIT)
    assert is_in(log_in(name="grace"))


def test_another_browser_is_no_other_client(ada: User) -> None:
    for number in range(LIMIT):
        log_in("wrong", HTTP_USER_AGENT=f"browser {number}")
    assert log_in(HTTP_USER_AGENT="yet another").status_code == 429


def test_what_a_client_says_about_its_address_is_not_believed(ada: User) -> None:
    for number in range(LIMIT):
        log_in("wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert log_in(HTTP_X_FORWARDED_FOR="10.1.1.1").status_code == 429


def test_one_address_does_not_try_many_accounts(ada: User, settings: Any) -> None:
    settings.LOGIN_RATE = "5/min"
    tried = [fail(1, name=f"user {number}")[0] for number in range(7)]
    assert tried == [200] * 5 + [429] * 2
    assert log_in().status_code == 429
    assert is_in(log_in(address=ELSEWHERE))


def test_a_command_unlocks(ada: User) -> None:
    fail(LIMIT)
    call_command("axes_reset_username", "ada")
    assert is_in(log_in())


def test_every_failure_is_logged_without_what_may_be_a_password(
    ada: User, log_lines: Callable[[], str]
) -> None:
    log_in("my secret")
    log_in("my secret", name="my secret too")
    fail(LIMIT)
    assert f"event=login_failed user=ada address={HOME}" in log_lines()
    assert f"event=login_failed user=unknown address={HOME}" in log_lines()
    assert f"event=login_locked user=ada address={HOME}" in log_lines()
    assert "my secret" not in log_lines()


def test_nothing_of_the_form_is_kept(ada: User) -> None:
    data = {"username": "ada", "password": "my secret", "more": "x" * 100_000}
    Client().post(f"{LOGIN}?and=this", data)
    (attempt,) = AccessAttempt.objects.all()
    assert (attempt.get_data, attempt.post_data) == ("", "")
    assert attempt.failures_since_start == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["x" * 5000, "", "nul\0byte", "ünï ☃"])
def test_a_strange_name_is_no_error_of_the_server(name: str) -> None:
    assert fail(2, name=name, HTTP_USER_AGENT="ü" * 5000) == [200, 200]


@pytest.mark.parametrize(
    ("found", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_of_ipv6_is_its_network(
    found: str | None, address: str | None
) -> None:
    request = HttpRequest()
    if found is not None:
        request.META["REMOTE_ADDR"] = found
    assert client_address(request) == address


@pytest.mark.both_databases
@pytest.mark.parametrize("address", ["", "unknown", "2001:db8::1"])
def test_any_address_can_be_counted(ada: User, address: str) -> None:
    assert fail(LIMIT, address=address)[-1] == 429


def test_wrong_tokens_are_logged_and_slowed_down_but_right_ones_are_not(
    ada: User, log_lines: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenFailureRate, "rate", "3/min")
    path, token = "/api/v1/tokens/", ApiToken.objects.create(user=ada)[1]
    wrong = APIClient(REMOTE_ADDR=HOME, headers={"Authorization": "Bearer wrong"})
    right = APIClient(REMOTE_ADDR=HOME, headers={"Authorization": f"Bearer {token}"})
    assert [wrong.get(path).status_code for _ in range(5)] == [401] * 3 + [429] * 2
    answer = wrong.get(path)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["code"] == "throttled"
    assert right.get(path).status_code == 200
    assert f"event=token_refused address={HOME}" in log_lines()
    assert token not in log_lines()
