"""Two people save the same schedule: the second sees both versions and chooses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob
from schedules.services import Actor, pause_schedule, resume_schedule, update_schedule
from tests.schedules.admin.conftest import page
from tests.schedules.admin.form.forms import filled
from tests.schedules.conftest import NOON, MakeSchedule

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def schedule(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(
        cron_expression="30 2 * * *",
        timezone="Europe/Berlin",
        max_retries=3,
        timeout_seconds=120,
    )


def by_another(schedule: ScheduledJob, **fields: Any) -> None:
    actor = Actor.person(schedule.owner)
    update_schedule(schedule.pk, fields, actor=actor, now=LATER)


def conflict(site: Client, schedule: ScheduledJob, old: dict[str, object]) -> str:
    answer = site.post(page(schedule), old)
    assert answer.status_code == 409
    return answer.text


def inputs(text: str) -> dict[str, str]:
    """What a browser sends of the page: hidden fields, and the chosen of each radio."""
    form = text.partition('class="o-card"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") != "radio" or " checked" in tag:
            found[attributes["name"]] = attributes["value"]
    return {name: unescaped(value) for name, value in found.items()}


def unescaped(value: str) -> str:
    for entity, sign in (("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        value = value.replace(entity, sign)
    return value


@pytest.mark.heavy
def test_both_versions_stand_side_by_side(site: Client, schedule: ScheduledJob) -> None:
    old = filled(site, page(schedule), cron_expression="30 3 * * *", max_retries="5")
    del old["status"]  # the page of a schedule has no input for it
    by_another(schedule, cron_expression="0 4 * * *", timeout_seconds=300)
    text = conflict(site, schedule, old)
    assert '<b class="o-strong">alice</b> changed the settings' in text
    for value in ("30 2 * * *", "30 3 * * *", "0 4 * * *", "2 min", "5 min"):
        assert value in text
    assert text.count("changed by both") == 1
    assert text.count("not changed") == 2
    assert text.count('<th scope="row">') == 3
    assert "At 03:30 every day" in text
    schedule.refresh_from_db()
    assert schedule.cron_expression == "0 4 * * *"


def test_their_column_has_the_name_of_the_one_who_saved(
    site: Client, schedule: ScheduledJob
) -> None:
    """Of two it has none."""
    column = '<th scope="col">{}</th>'
    old = filled(site, page(schedule), max_retries="5")
    del old["status"]
    by_another(schedule, timeout_seconds=300)
    text = conflict(site, schedule, old)
    assert column.format("alice&#x27;s") in text
    assert text.count('data-label="alice&#x27;s"') == text.count('<th scope="row">')
    boss = Actor.person(User.objects.get(username="boss"))
    update_schedule(schedule.pk, {"name": "other"}, actor=boss, now=LATER)
    assert column.format("Theirs") in conflict(site, schedule, old)


@pytest.mark.heavy
def test_what_was_chosen_is_saved(site: Client, schedule: ScheduledJob) -> None:
    old = filled(site, page(schedule), cron_expression="30 3 * * *", max_retries="5")
    by_another(schedule, cron_expression="0 4 * * *", timeout_seconds=300)
    sent = inputs(conflict(site, schedule, old))
    assert site.post(page(schedule), sent).status_code == 302
    schedule.refresh_from_db()
    assert schedule.cron_expression == "30 3 * * *"
    assert (schedule.max_retries, schedule.timeout_seconds) == (5, 300)
    event = schedule.events.filter(verb="update").first()
    assert event is not None
    assert event.after == {"cron_expression": "30 3 * * *", "max_retries": 5}


@pytest.mark.heavy
def test_theirs_can_be_kept_where_both_have_changed(
    site: Client, schedule: ScheduledJob
) -> None:
    old = filled(site, page(schedule), cron_expression="30 3 * * *", max_retries="5")
    by_another(schedule, cron_expression="0 4 * * *")
    sent = inputs(conflict(site, schedule, old)) | {"cron_expression": "0 4 * * *"}
    assert site.post(page(schedule), sent).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.cron_expression, schedule.max_retries) == ("0 4 * * *", 5)


@pytest.mark.heavy
def test_a_third_change_meanwhile_is_a_conflict_again(
    site: Client, schedule: ScheduledJob
) -> None:
    old = filled(site, page(schedule), max_retries="5")
    by_another(schedule, max_retries=7)
    sent = inputs(conflict(site, schedule, old))
    by_another(schedule, max_retries=9)
    text = conflict(site, schedule, sent)
    for value in ("7", "5", "9"):
        assert f">{value}</span>" in text


@pytest.mark.heavy
def test_a_pause_meanwhile_is_told_and_changes_no_setting(
    site: Client, schedule: ScheduledJob, alice: User
) -> None:
    old = filled(site, page(schedule), description="new", tags="a, b")
    actor = Actor.person(alice)
    pause_schedule(schedule.pk, actor=actor, now=LATER)
    resume_schedule(schedule.pk, actor=actor, now=LATER)
    text = conflict(site, schedule, old)
    assert '<b class="o-strong">alice</b> resumed it' in text
    assert "changed by both" not in text
    assert site.post(page(schedule), inputs(text)).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.description, schedule.tags) == ("new", ["a", "b"])


@pytest.mark.heavy
def test_values_of_every_kind_survive(site: Client, schedule: ScheduledJob) -> None:
    payload = '{"a": [1, "<b>ü</b>"]}'
    old = filled(
        site, page(schedule), trigger_payload=payload, end_at="2099-12-31T12:00:00"
    )
    by_another(schedule, name="<i>new</i> & 'name'", tags=["x"])
    text = conflict(site, schedule, old)
    assert "<i>new" not in text
    sent = inputs(text) | {"name": "<i>new</i> & 'name'", "trigger_payload": payload}
    assert site.post(page(schedule), sent).status_code == 302
    schedule.refresh_from_db()
    assert schedule.trigger_payload == {"a": [1, "<b>ü</b>"]}
    assert schedule.end_at is not None
    assert (schedule.name, schedule.tags) == ("<i>new</i> & 'name'", ["x"])


@pytest.mark.heavy
@pytest.mark.parametrize("version", ["-5", "0", "99999", "2147483648"])
def test_a_forged_version_saves_nothing_and_breaks_nothing(
    site: Client, schedule: ScheduledJob, version: str
) -> None:
    old = filled(site, page(schedule), max_retries="5", version=version)
    assert site.post(page(schedule), old).status_code in (200, 409)
    schedule.refresh_from_db()
    assert schedule.max_retries == 3
