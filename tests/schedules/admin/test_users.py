from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduleEvent, UserProfile
from schedules.services.agents.limits import agent_limits
from tests.schedules.conftest import MakeSchedule
from workflows.services import dependents

PREFIX = "ostinato_profile"


def save(site: Client, person: User, zone: str = "", **profile: str) -> object:
    response = site.get(f"/admin/auth/user/{person.pk}/change/")
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in ("username",)}
    values |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    values |= {
        f"{PREFIX}-TOTAL_FORMS": "1",
        f"{PREFIX}-INITIAL_FORMS": "0",
        f"{PREFIX}-0-user": str(person.pk),
        f"{PREFIX}-0-timezone": zone,
        **{f"{PREFIX}-0-{name}": value for name, value in profile.items()},
    }
    return site.post(f"/admin/auth/user/{person.pk}/change/", values)


def test_a_persons_zone_is_set_on_the_page_of_the_user(
    site: Client, alice: User
) -> None:
    assert save(site, alice, "Asia/Tokyo").status_code == 302
    assert UserProfile.objects.get(user=alice).timezone == "Asia/Tokyo"


@pytest.mark.heavy
def test_a_zone_that_does_not_exist_is_refused(site: Client, alice: User) -> None:
    response = save(site, alice, "asia/tokyo")
    assert "did you mean Asia/Tokyo" in response.text
    assert not UserProfile.objects.exists()


def test_a_new_user_is_made_without_a_profile(site: Client) -> None:
    assert "profile-TOTAL_FORMS" not in site.get("/admin/auth/user/add/").text


def test_limits_of_agents_are_shown_with_the_defaults_of_the_site(
    site: Client, alice: User
) -> None:
    page = site.get(f"/admin/auth/user/{alice.pk}/change/").text
    assert "How many active schedules agents may have created" in page
    assert "Default: 20." in page
    assert "Default (no)" in page
    assert "Default (yes)" in page


@pytest.mark.heavy
def test_limits_of_agents_are_set_and_given_back_to_the_site(
    site: Client, alice: User
) -> None:
    save(site, alice, agents_propose="true", agent_max_active_schedules="3")
    profile = UserProfile.objects.get(user=alice)
    assert (profile.agents_propose, profile.agents_may_schedule) == (True, None)
    assert agent_limits(alice).propose
    assert agent_limits(alice).max_active == 3
    profile.delete()
    save(site, alice, agents_may_schedule="false", agent_max_active_schedules="")
    assert not agent_limits(alice).may_schedule
    assert agent_limits(alice).max_active == 20


def test_a_user_on_whom_little_depends_is_deleted_and_leaves_the_history(
    site: Client, alice: User, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    site.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=alice.pk).exists()
    made = ScheduleEvent.objects.get(verb="create")
    assert (made.actor, made.actor_name) == (None, "alice")


def test_a_user_with_whom_much_would_go_is_kept(
    site: Client, alice: User, make_schedule: MakeSchedule, monkeypatch
) -> None:
    monkeypatch.setattr(dependents, "MOST_DELETED", 3)
    for _ in range(3):
        make_schedule()
    page = site.get(f"/admin/auth/user/{alice.pk}/delete/")
    assert "make the user inactive" in page.text
    site.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.heavy
def test_each_of_many_users_goes_in_a_transaction_of_its_own(
    site: Client, alice: User, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    people = [alice, *(User.objects.create_user(f"user {i}") for i in range(3))]
    ids = [str(person.pk) for person in people]
    form = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    with CaptureQueriesContext(connection) as queries:
        site.post("/admin/auth/user/", form)
    assert not User.objects.filter(pk__in=ids).exists()
    gone = [sql for sql in map(str, queries) if 'DELETE FROM "auth_user" ' in sql]
    assert len(gone) == len(people)
    assert ScheduleEvent.objects.filter(verb="stop").count() == 1
