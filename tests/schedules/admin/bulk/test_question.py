"""The page that asks before many schedules are paused, resumed, run, tagged or deleted."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from schedules import limits
from schedules.models import BulkAction, ScheduledJob, ScheduledRun
from schedules.services import Actor, fire_due, pause_schedule, run_now
from schedules.services.bulk_actions import foresight
from tests.schedules.admin.bulk.conftest import all_asked, asked, choose, messages
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule

VERBS = ["pause", "resume", "run", "tag", "delete"]


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_choosing_a_verb_changes_nothing_yet(
    site: Client, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    response = site.get(asked(site, verb, schedule))
    assert response.status_code == 200
    assert response.text.count("tzdata") == 1  # at the foot, and beside no field
    schedule.refresh_from_db()
    assert schedule.events.count() == 1


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "title", "button"),
    [
        ("pause", "Pause 1 of 3 schedules?", "Pause 1 schedule"),
        ("resume", "Resume 1 of 3 schedules?", "Resume 1 schedule"),
        ("run", "Run 2 of 3 schedules now?", "Run 2 schedules now"),
        ("tag", "Tag 2 of 3 schedules?", "Tag 2 schedules"),
        ("delete", "Delete 3 schedules?", "Delete 3 schedules"),
    ],
)
def test_it_says_how_many_and_which_not_and_why(
    site: Client, make_schedule: MakeSchedule, verb: str, title: str, button: str
) -> None:
    make_schedule(name="Legacy export", run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    make_schedule(name="active")
    make_schedule(name="paused", status="paused")
    text = site.get(all_asked(site, verb)).text
    assert f"<h1>{title}</h1>" in text
    assert f"</svg>{button}</button>" in text
    if verb != "delete":
        assert "Legacy export" in text
        assert "It has ended: completed" in text


def test_resuming_shows_what_was_due_and_what_each_choice_would_start(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    long_ago = timezone.now() - timedelta(days=50)
    for name in ("one", "two"):
        made = make_schedule(long_ago, name=name, interval_seconds=86_400)
        pause_schedule(made.pk, actor=Actor.person(alice), now=long_ago)
    text = site.get(all_asked(site, "resume")).text
    assert "100 runs were due while they were paused" in text
    assert "2 runs start now." in text
    assert "Up to 100 each, oldest first: 100 runs." in text


def test_counting_that_was_cut_short_promises_no_exact_number(
    site: Client, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresight, "COUNTING_SECONDS", 0.0)
    long_ago = timezone.now() - timedelta(days=50)
    for name in ("one", "two"):
        make_schedule(long_ago, name=name, status="paused", interval_seconds=86_400)
    text = site.get(all_asked(site, "resume")).text
    assert "More than 50 runs were due" in text
    assert "(counted for 1 of 2 schedules)" in text
    assert "At most 2 runs start now." in text
    assert "more than 50 runs." in text


def test_the_work_of_the_runs_is_told_in_minutes(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    run = run_now(make_schedule().pk, actor=Actor.person(alice), now=NOON)
    ended = NOON + timedelta(seconds=170)
    ScheduledRun.objects.filter(pk=run.pk).update(
        status="succeeded", started_at=NOON, finished_at=ended
    )
    text = site.get(all_asked(site, "run")).text
    assert "1 run starts now, about 3 min of work." in text


def test_resuming_without_a_missed_run_offers_no_choice(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(timezone.now(), status="paused", interval_seconds=86_400)
    text = site.get(all_asked(site, "resume")).text
    assert 'type="radio"' not in text
    assert "Each continues with its next scheduled run." in text


def test_all_that_match_the_filters_are_taken_and_no_others(
    site: Client, make_schedule: MakeSchedule
) -> None:
    for number in range(3):
        make_schedule(name=f"export {number}")
    make_schedule(name="hourly")
    text = site.get(all_asked(site, "delete", "?q=export")).text
    assert "<h1>Delete 3 schedules?</h1>" in text
    assert f'All that match <a href="{LIST}?q=export">the filters' in text
    every = site.get(all_asked(site, "delete", "?q=&o=1")).text
    assert "All schedules</a> of the list" in every


@pytest.mark.heavy
def test_the_page_is_of_the_same_size_for_any_number(
    site: Client,
    make_schedule: MakeSchedule,
    alice: User,
    django_assert_num_queries,
) -> None:
    template = make_schedule(timezone.now())
    rows = []
    for number in range(600):
        row = ScheduledJob.objects.get(pk=template.pk) if not number else rows[0]
        copied = {
            field.attname: getattr(row, field.attname)
            for field in ScheduledJob._meta.concrete_fields
        }
        rows.append(ScheduledJob(**copied | {"id": uuid.uuid4(), "name": f"s{number}"}))
    ScheduledJob.objects.bulk_create(rows)
    for verb, queries in {"pause": 9, "resume": 11, "delete": 9}.items():
        address = all_asked(site, verb)
        with django_assert_num_queries(queries):
            response = site.get(address)
        assert len(response.content) < 100_000
        assert "601" in response.text


def test_none_of_them_can_be_is_said_without_a_button(
    site: Client, make_schedule: MakeSchedule
) -> None:
    text = site.get(asked(site, "resume", make_schedule())).text
    assert "None of 1 schedules can be resumed" in text
    assert "1 is active already." in text
    assert '<button class="o-btn o-btn--main"' not in text


def test_a_name_with_markup_is_harmless(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="<script>alert(1)</script>", status="paused")
    text = site.get(all_asked(site, "resume")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_too_many_are_refused_before_the_question(
    site: Client, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_IN_BULK_ACTION", 2)
    for _ in range(3):
        make_schedule()
    response = choose(site, "delete", ScheduledJob.objects.all()[0], select_across="1")
    (told,) = messages(site.get(response.url))
    assert told.startswith("At most 2 schedules at once: nothing was done.")


@pytest.mark.heavy
@pytest.mark.parametrize("action", ["pause", "delete", "nonsense"])
def test_a_tick_that_is_no_schedule_is_told(site: Client, action: str) -> None:
    form = {"action": action, "_selected_action": ["nonsense"]}
    response = site.post(LIST, form, follow=True)
    assert response.status_code == 200
    assert messages(response)


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_who_may_only_view_is_not_offered_it(
    make_staff: MakeStaff, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule, viewer = make_schedule(), make_staff("view")
    assert f'value="{verb}"' not in viewer.get(LIST).text
    choose(viewer, verb, schedule)
    assert not BulkAction.objects.exists()


def test_deleting_needs_the_permission_to_delete(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule, editor = make_schedule(), make_staff("view", "change")
    choose(editor, "delete", schedule)
    assert not BulkAction.objects.exists()
    choose(editor, "pause", schedule)
    assert BulkAction.objects.get().verb == "pause"


def test_what_others_own_is_named_with_its_owner(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule, staff = make_schedule(), make_staff("view", "change")
    address = asked(staff, "pause", schedule)
    user = User.objects.get(username="staff")
    user.user_permissions.remove(
        *user.user_permissions.filter(codename__startswith="c")
    )
    text = staff.get(address).text
    assert "You do not have permission for the schedules of alice" in text
    assert page(schedule) in text


def test_the_question_of_another_is_not_found(
    site: Client, make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    staff = make_staff("view", "change", "delete")
    address = asked(staff, "pause", make_schedule())
    assert site.get(address).status_code == 404
    assert site.post(address).status_code == 404


def test_choosing_without_the_csrf_token_is_refused(
    boss: User, make_schedule: MakeSchedule
) -> None:
    schedule, site = make_schedule(), Client(enforce_csrf_checks=True)
    site.force_login(boss)
    assert choose(site, "pause", schedule).status_code == 403
    assert not BulkAction.objects.exists()
