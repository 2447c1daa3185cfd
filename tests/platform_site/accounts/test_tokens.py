"""API tokens: made by a command, used by the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from platform_site.accounts.models import ApiToken
from workflows.kit.api.base import ApiView

pytestmark = pytest.mark.django_db


class WhoAmI(ApiView):
    def get(self, request: Request) -> Response:
        return Response({"user": request.user.get_username()})


urlpatterns = [path("whoami", WhoAmI.as_view())]


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice")


def create_token(*words: str) -> str:
    output = StringIO()
    call_command("create_token", *words, stdout=output)
    return output.getvalue().split()[-1]


def ask(client: Client, header: str) -> HttpResponse:
    with override_settings(ROOT_URLCONF=__name__):
        return client.get("/whoami", headers={"Authorization": header})


def test_the_last_word_of_the_output_is_a_token_that_works(
    client: Client, alice: User
) -> None:
    token = create_token("alice", "--name", "my laptop")
    response = ask(client, f"Bearer {token}")
    assert (response.status_code, response.json()) == (200, {"user": "alice"})


def test_only_a_digest_is_stored(alice: User) -> None:
    token = create_token("alice")
    row = ApiToken.objects.get()
    assert token not in {row.digest, row.token_key}
    assert (row.name, row.expiry) == ("token", None)


def test_a_token_ends_after_its_days(client: Client, alice: User) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        token = create_token("alice", "--days", "2")
        clock.shift(timedelta(days=2, seconds=-1))
        assert ask(client, f"Bearer {token}").status_code == 200
        clock.shift(timedelta(seconds=2))
        assert ask(client, f"Bearer {token}").status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer wrong", "Bearer a b", "Bearer \xff\xfe", "Basic eA=="],
)
def test_anything_else_is_a_json_401_that_names_the_scheme(
    client: Client, alice: User, header: str
) -> None:
    create_token("alice")
    response = ask(client, header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]


def test_the_token_of_a_user_who_may_not_sign_in_is_refused(
    client: Client, alice: User
) -> None:
    token = create_token("alice")
    User.objects.update(is_active=False)
    assert ask(client, f"Bearer {token}").status_code == 401


def test_one_user_has_several_tokens(client: Client, alice: User) -> None:
    for token in (create_token("alice"), create_token("alice")):
        assert ask(client, f"Bearer {token}").status_code == 200


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nobody"], "There is no user 'nobody'."),
        (["alice", "--days", "0"], "must be from 1 to"),
        (["alice", "--days", "soon"], "invalid days value"),
        (["alice", "--name", ""], "A name is required"),
        (["alice", "--name", "x" * 101], "at most 100 characters"),
        (["alice", "--name", "a\tb"], "Control characters are not allowed"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    alice: User, words: list[str], reason: str
) -> None:
    with pytest.raises(CommandError, match=reason) as refused:
        create_token(*words)
    assert "\n" not in str(refused.value)
    assert not ApiToken.objects.exists()


def test_the_settings_and_tokens_that_a_project_has_of_knox_are_not_ours(
    client: Client, alice: User
) -> None:
    token = create_token("alice")
    theirs = {"AUTH_HEADER_PREFIX": "Token", "AUTO_REFRESH": True}
    with override_settings(REST_KNOX=theirs, KNOX_TOKEN_MODEL="knox.AuthToken"):
        assert ask(client, f"Bearer {token}").status_code == 200
        assert ask(client, f"Token {token}").status_code in {401, 403}
