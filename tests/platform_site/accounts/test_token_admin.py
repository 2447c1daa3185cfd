from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from platform_site.accounts.models import ApiToken

LIST = "/admin/ostinato_accounts/apitoken/"
pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def staff() -> User:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="apitoken"))
    return user


FORM = {"name": "script", "days": "", "scope": "edit"}


def make(site: Client, **fields: object) -> str:
    """The text of a new token, as the page shows it."""
    page = site.post(f"{LIST}add/", FORM | fields).text
    return re.search(r'class="secret" value="(\w+)"', page).group(1)


def test_a_token_that_was_made_opens_the_api(boss: User, staff: User) -> None:
    text = make(browser_of(boss), user=staff.pk, days=2)
    token = ApiToken.objects.get()
    assert (token.user, token.name) == (staff, "script")
    assert timedelta(days=1) < token.expiry - timezone.now() <= timedelta(days=2)
    bearer = {"Authorization": f"Bearer {text}"}
    assert Client(headers=bearer).get("/api/v1/workflows/").status_code == 200


def test_the_text_is_shown_once(boss: User) -> None:
    site = browser_of(boss)
    text = make(site, user=boss.pk)
    token = ApiToken.objects.get()
    for page in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/history/"):
        shown = site.get(page).text
        assert text not in shown
        assert "script" in shown


def test_deleting_revokes(boss: User) -> None:
    site = browser_of(boss)
    program = Client(headers={"Authorization": f"Bearer {make(site, user=boss.pk)}"})
    assert program.get("/api/v1/workflows/").status_code == 200
    address = f"{LIST}{ApiToken.objects.get().pk}/delete/"
    assert site.post(address, {"post": "yes"}).status_code == 302
    assert program.get("/api/v1/workflows/").status_code == 401


def test_only_a_superuser_makes_and_sees_the_tokens_of_others(
    boss: User, staff: User
) -> None:
    make(browser_of(boss), user=boss.pk)
    site = browser_of(staff)
    make(site, user=boss.pk, name="mine")
    assert ApiToken.objects.get(name="mine").user == staff
    shown = site.get(LIST).context["cl"].result_list
    assert [token.name for token in shown] == ["mine"]
    other = ApiToken.objects.get(name="script")
    assert site.post(f"{LIST}{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert ApiToken.objects.filter(pk=other.pk).exists()


@pytest.mark.heavy
@pytest.mark.parametrize(
    "fields",
    [
        {"days": "0"},
        {"days": "36501"},
        {"days": "x"},
        {"name": ""},
        {"user": "999"},
        {"scope": "x"},
    ],
)
def test_broken_input_makes_no_token(boss: User, fields: dict[str, str]) -> None:
    form = FORM | {"user": boss.pk} | fields
    response = browser_of(boss).post(f"{LIST}add/", form)
    assert response.context["adminform"].form.errors.keys() == fields.keys()
    assert not ApiToken.objects.exists()


def test_a_token_cannot_be_changed(boss: User) -> None:
    site = browser_of(boss)
    make(site, user=boss.pk)
    address = f"{LIST}{ApiToken.objects.get().pk}/change/"
    assert site.post(address, {"name": "other"}).status_code == 403
