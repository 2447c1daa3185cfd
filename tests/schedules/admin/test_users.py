from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from schedules.models import UserProfile

PREFIX = "profile"


def save(site: Client, person: User, zone: str) -> object:
    response = site.get(f"/admin/auth/user/{person.pk}/change/")
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in ("username",)}
    values |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    values |= {
        f"{PREFIX}-TOTAL_FORMS": "1",
        f"{PREFIX}-INITIAL_FORMS": "0",
        f"{PREFIX}-0-user": str(person.pk),
        f"{PREFIX}-0-timezone": zone,
        f"{PREFIX}-0-agents_may_schedule": "on",
    }
    return site.post(f"/admin/auth/user/{person.pk}/change/", values)


def test_a_persons_zone_is_set_on_the_page_of_the_user(
    site: Client, alice: User
) -> None:
    assert save(site, alice, "Asia/Tokyo").status_code == 302
    assert UserProfile.objects.get(user=alice).timezone == "Asia/Tokyo"


def test_a_zone_that_does_not_exist_is_refused(site: Client, alice: User) -> None:
    response = save(site, alice, "asia/tokyo")
    assert "did you mean Asia/Tokyo" in response.text
    assert not UserProfile.objects.exists()


def test_a_new_user_is_made_without_a_profile(site: Client) -> None:
    assert "profile-TOTAL_FORMS" not in site.get("/admin/auth/user/add/").text
