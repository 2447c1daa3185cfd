"""One's own settings: zone, theme, agents and saved views, on one page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import SavedView, UserProfile
from schedules.services.agents.limits import agent_limits
from schedules.services.saved_views import save_view
from tests.schedules.admin.conftest import LIST, MakeStaff

pytestmark = pytest.mark.django_db
SETTINGS = f"{LIST}my-settings/"


def save(client: Client, **fields: str) -> Any:
    sent = {"action": "save", "timezone": "", "theme": "auto", "agents_wish": ""}
    return client.post(SETTINGS, sent | fields, follow=True)


def test_zone_and_theme_are_saved_and_used(site: Client, boss: User) -> None:
    assert "Your settings" in site.get(LIST).text  # in the menu of the account
    answer = save(site, timezone="Asia/Tokyo", theme="dark")
    assert answer.redirect_chain == [(SETTINGS, 302)]
    assert "Saved your settings." in answer.text
    assert 'content="dark"' in answer.text
    assert "Asia/Tokyo" in answer.text
    profile = UserProfile.objects.get(user=boss)
    assert (profile.timezone, profile.theme) == ("Asia/Tokyo", "dark")
    (line,) = LogEntry.objects.all()
    assert line.user == boss
    assert line.get_change_message() == "Changed timezone and theme."
    save(site, timezone="Asia/Tokyo", theme="dark")
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("timezone", "Europe/Berln", "Europe/Berlin"),
        ("timezone", "x" * 65, "at most 64"),
        ("theme", "pink", "Select a valid choice"),
        ("agents_wish", "everything", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    site: Client, field: str, value: str, told: str
) -> None:
    answer = save(site, **{field: value})
    assert (answer.status_code, answer.redirect_chain) == (200, [])
    assert told in answer.text
    assert not UserProfile.objects.exclude(timezone="", theme="auto").exists()


def test_a_person_may_be_stricter_with_agents_and_never_laxer(
    site: Client, boss: User, ostinato: Any
) -> None:
    def found() -> tuple[bool, bool]:
        limits = agent_limits(boss)
        return limits.may_schedule, limits.propose

    assert found() == (True, False)
    save(site, agents_wish="ask")
    assert found() == (True, True)
    save(site, agents_wish="off")
    assert found() == (False, False)
    save(site)
    assert found() == (True, False)
    UserProfile.objects.update(agents_may_schedule=False, agents_propose=True)
    for wish in ("", "ask"):
        save(site, agents_wish=wish)
        assert found() == (False, True)
    text = site.get(SETTINGS).text
    assert "switched off for you by an administrator" in text
    # No other field of the profile is taken from the form.
    save(site, agents_may_schedule="true", agent_max_active_schedules="1000")
    assert found() == (False, True)
    assert UserProfile.objects.get().agent_max_active_schedules is None


@pytest.mark.heavy
def test_saved_views_are_listed_renamed_and_deleted(site: Client, boss: User) -> None:
    view = save_view(boss, name="Failing <now>", query="state=failing&q=a")
    text = site.get(SETTINGS).text
    assert f"{LIST}?state=failing&amp;q=a" in text
    assert "Failing &lt;now&gt;" in text
    sent = {"action": "rename", "view": str(view.pk), "name": "Broken"}
    assert (
        "Renamed the view to “Broken”." in site.post(SETTINGS, sent, follow=True).text
    )
    sent["name"] = ""
    assert "Give the view a name." in site.post(SETTINGS, sent, follow=True).text
    sent = {"action": "delete", "view": str(view.pk)}
    text = site.post(SETTINGS, sent, follow=True).text
    assert "Deleted the view “Broken”." in text
    assert "None yet." in text
    for wrong in (str(view.pk), "x", "9" * 30, "-1"):
        sent["view"] = wrong
        text = site.post(SETTINGS, sent, follow=True).text
        assert "You have no saved view with this id." in text


def test_nobody_sees_or_touches_what_is_anothers(
    make_staff: MakeStaff, alice: User
) -> None:
    view = save_view(alice, name="alice's own", query="")
    other = make_staff()
    assert "alice" not in other.get(SETTINGS).text
    for action in ("rename", "delete"):
        sent = {"action": action, "view": str(view.pk), "name": "mine"}
        assert "no saved view" in other.post(SETTINGS, sent, follow=True).text
    assert SavedView.objects.get().name == "alice's own"


def test_a_forged_or_other_request_changes_nothing(boss: User, alice: User) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(boss)
    assert save(forger, theme="dark").status_code == 403
    client = Client()
    client.force_login(boss)
    assert client.get(f"{SETTINGS}?action=save&theme=dark").status_code == 200
    assert client.post(SETTINGS, {"theme": "dark"}).status_code == 400
    assert not UserProfile.objects.exists()
    client.force_login(alice)  # who does not work here
    assert client.get(SETTINGS).status_code == 302


def test_the_page_costs_the_same_however_many_views_there_are(
    site: Client, boss: User, django_assert_num_queries: Any
) -> None:
    site.get(SETTINGS)
    for count in (1, 9):
        for number in range(count):
            save_view(boss, name=f"{count} {number}", query="q=1")
        with django_assert_num_queries(QUERIES):
            site.get(SETTINGS)


QUERIES = 9
