"""/api/v1/tokens/: one's own tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from platform_site.accounts import tokens
from platform_site.accounts.models import ApiToken
from tests.api import client, names

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"
WORKFLOWS = "/api/v1/workflows/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


def make(api: APIClient, **body: Any) -> Any:
    return api.post(TOKENS, {"name": "laptop"} | body, format="json")


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_made_shown_once_and_opens_the_api(api: APIClient) -> None:
    answer = make(api)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.json()["token"]
    assert bearer(text).get(WORKFLOWS).status_code == 200
    listed = api.get(TOKENS)
    assert names(listed.json()["results"]) == ["laptop"]
    assert text not in listed.text
    assert text.startswith(listed.json()["results"][0]["id"])


def test_a_revoked_token_opens_nothing(api: APIClient) -> None:
    made = make(api).json()
    assert api.delete(f"{TOKENS}{made['id']}/").status_code == 204
    refused = bearer(made["token"]).get(WORKFLOWS)
    assert refused.status_code == 401
    assert refused.json()["code"] == "authentication_failed"
    assert "has been revoked" in refused.json()["detail"]
    assert api.delete(f"{TOKENS}{made['id']}/").status_code == 404


def test_a_token_ends_at_its_time(api: APIClient) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        made = make(api, expires_at="2026-01-02T01:00:00+01:00").json()
        assert made["expires_at"] == "2026-01-02T00:00:00Z"
        clock.shift(timedelta(days=1, seconds=-1))
        assert bearer(made["token"]).get(WORKFLOWS).status_code == 200
        clock.shift(timedelta(seconds=2))
        assert bearer(made["token"]).get(WORKFLOWS).status_code == 401


def test_what_a_token_makes_does_not_outlive_it(api: APIClient) -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        short = make(api, expires_at="2026-01-02T00:00:00Z").json()["token"]
        for wish, status in (
            ({}, 400),
            ({"expires_at": "2026-01-02T00:00:01Z"}, 400),
            ({"expires_at": "2026-01-02T00:00:00Z"}, 201),
        ):
            answer = bearer(short).post(
                TOKENS, {"name": "child"} | wish, content_type="application/json"
            )
            assert answer.status_code == status


def test_those_of_others_are_not_there(api: APIClient) -> None:
    id_ = make(api).json()["id"]
    boss = client(User.objects.create_superuser("boss"))
    assert boss.get(TOKENS).json()["results"] == []
    assert boss.delete(f"{TOKENS}{id_}/").status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": 5}, "name"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": 5}, "expires_at"),
        ({"user": 1}, "user"),
    ],
)
def test_broken_input_is_refused_at_its_field(
    api: APIClient, body: dict[str, Any], field: str
) -> None:
    answer = make(api, **body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not ApiToken.objects.exists()


def test_a_user_has_a_bounded_number_and_expired_ones_make_room(
    api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 2)
    ApiToken.objects.create(owner, expiry=timedelta(days=-1))
    assert [make(api).status_code for _ in range(3)] == [201, 201, 409]
    assert make(api).json()["code"] == "too_many_tokens"


def test_a_dry_run_makes_none_and_shows_no_secret(api: APIClient) -> None:
    tried = api.post(f"{TOKENS}?dry_run=true", {"name": "x"}, format="json")
    assert tried.status_code == 200
    assert "token" not in tried.json()["after"]
    assert not ApiToken.objects.exists()
    id_ = make(api).json()["id"]
    assert api.delete(f"{TOKENS}{id_}/?dry_run=true").json()["before"]["id"] == id_
    assert ApiToken.objects.exists()


def test_a_name_with_markup_is_text_in_the_admin(api: APIClient) -> None:
    make(api, name="<script>x</script>")
    site = Client()
    site.force_login(User.objects.create_superuser("boss"))
    page = site.get("/admin/ostinato_accounts/apitoken/").text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
