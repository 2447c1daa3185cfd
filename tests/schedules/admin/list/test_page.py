"""The page of the list: views, filters, buttons, what is shown, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import RunStatus, ScheduledJob
from schedules.services import Actor, pause_schedule
from schedules.services.saved_views import save_view
from tests.graphs import startable
from tests.schedules.admin.conftest import LIST, MakeStaff
from tests.schedules.admin.list.runs import write_run
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow


def on_time(**fields: object) -> None:
    """All schedules run next in an hour."""
    at = timezone.now() + timedelta(hours=1)
    ScheduledJob.objects.update(next_tick_at=at, next_run_at=at, **fields)


def names(site: Client, query: str = "") -> list[str]:
    rows = site.get(f"{LIST}?{query}").context["cl"].result_list
    return [row.name for row in rows]


def views(site: Client, query: str = "") -> dict[str, int]:
    return {
        str(view.label): view.count
        for view in site.get(f"{LIST}?{query}").context["cl"].views
    }


@pytest.mark.heavy
@pytest.mark.both_databases
def test_overdue_schedules_are_first_and_those_without_a_next_run_last(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    for name in ("paused", "soon", "later", "overdue"):
        make_schedule(name=name)
    now = timezone.now()
    for name, minutes in {"soon": 5, "later": 60, "overdue": -5}.items():
        at = now + timedelta(minutes=minutes)
        ScheduledJob.objects.filter(name=name).update(next_tick_at=at, next_run_at=at)
    paused = ScheduledJob.objects.get(name="paused")
    pause_schedule(paused.pk, actor=Actor.person(alice), now=NOON)
    assert names(site) == ["overdue", "soon", "later", "paused"]
    assert names(site, "o=-3") == ["later", "soon", "overdue", "paused"]
    assert names(site, "o=1") == ["later", "overdue", "paused", "soon"]
    assert names(site, "o=2")[0] == "overdue"
    assert names(site, "o=2")[-1] == "paused"


@pytest.mark.heavy
@pytest.mark.both_databases
def test_the_views_count_what_they_lead_to(
    site: Client, boss: User, make_schedule: MakeSchedule, alice: User
) -> None:
    for name in ("fine", "failing", "mine", "proposed", "paused", "overdue"):
        make_schedule(name=name)
    on_time()
    one = ScheduledJob.objects.get
    for name in ("proposed", "paused"):
        pause_schedule(one(name=name).pk, actor=Actor.person(alice), now=NOON)
    ScheduledJob.objects.filter(name="failing").update(consecutive_failures=2)
    ScheduledJob.objects.filter(name="mine").update(owner=boss)
    ScheduledJob.objects.filter(name="proposed").update(awaits_approval=True)
    ScheduledJob.objects.filter(name="overdue").update(next_run_at=NOON)
    found = site.get(LIST).context["cl"].views
    assert {str(view.label): view.count for view in found} == {
        "All": 6,
        "Needs attention": 3,
        "Failing": 1,
        "Overdue": 1,
        "Needs approval": 1,
        "Paused": 1,
        "Mine": 1,
    }
    for view in found:
        listed = site.get(f"{LIST}{view.address}").context["cl"]
        assert listed.result_count == view.count
        assert [each.label for each in listed.views if each.is_current] == [view.label]


def test_a_filter_that_is_set_shows_its_value_and_has_an_x_of_its_own(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    text = site.get(f"{LIST}?type=interval&tag=nightly").text
    assert "Type: <b" in text
    assert 'href="?tag=nightly" aria-label="Remove the filter Type"' in text
    assert 'href="?type=interval" aria-label="Remove the filter Tag"' in text


@pytest.mark.heavy
@pytest.mark.both_databases
def test_a_menu_counts_what_the_other_filters_leave(
    site: Client, make_schedule: MakeSchedule, boss: User
) -> None:
    make_schedule(name="a", tags=["nightly", "all"])
    make_schedule(name="b", tags=["all"], cron_expression="@daily")
    ScheduledJob.objects.filter(name="b").update(owner=boss)

    def menu(query: str, title: str) -> dict[str, int]:
        page = site.get(f"{LIST}?{query}").context["cl"]
        (spec,) = [spec for spec in page.filter_specs if spec.title == title]
        return {
            choice["display"]: choice["count"] for choice in [*spec.choices(page)][1:]
        }

    assert menu("", "Tag") == {"all": 2, "nightly": 1}
    assert menu("type=cron", "Tag") == {"all": 1}
    assert menu("tag=nightly", "Owner") == {"alice": 1}
    assert menu("owner=me", "Owner") == {"alice": 1, "boss": 1, "you": None}
    User.objects.filter(pk=boss.pk).update(first_name="Zoe", last_name="Ada")
    assert menu("tag=all", "Owner") == {"alice": 1, "Zoe Ada": 1}
    assert names(site, "q=zoe+ada") == ["b"]
    assert menu("outcome=failed", "Tag") == {"all": None, "nightly": None}


def test_buttons_are_those_that_the_state_suggests(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    active = site.get(LIST).text
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON, note="a reason")
    paused = site.get(LIST).text
    for text, offers in ((active, ["pause", "run"]), (paused, ["resume", "run"])):
        found = re.findall(rf'formaction="{schedule.pk}/(\w+)/"', text)
        assert found == offers
    assert f'aria-label="Pause {schedule.name}"' in active


def test_a_button_works_from_a_list_that_is_filtered(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    page = f"{LIST}?type=interval"
    answer = site.post(f"{LIST}{schedule.pk}/pause/", {"next": page})
    assert answer.headers["Location"] == page
    schedule.refresh_from_db()
    assert schedule.status == "paused"


def test_the_menu_leaves_out_what_the_person_may_not(
    site: Client, make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert f'href="{schedule.pk}/delete/"' in site.get(LIST).text
    assert "o-row-actions" in (text := make_staff("view").get(LIST).text)
    assert f'href="{schedule.pk}/delete/"' not in text
    assert "More for" not in text


@pytest.mark.heavy
def test_pages_say_what_is_shown(
    site: Client, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_schedule(name=f"job {number}", tags=["odd"] if number % 2 else [])
    admin = site.get(LIST).context["cl"].model_admin
    monkeypatch.setattr(admin, "list_per_page", 2)
    assert "1 to 2 of 3" in site.get(LIST).text
    assert "3 to 3 of 3" in site.get(f"{LIST}?p=2").text
    assert "1 of 3 match" in site.get(f"{LIST}?tag=odd").text


def test_an_empty_list_says_what_is_asked_for(
    site: Client, make_schedule: MakeSchedule, boss: User
) -> None:
    assert "No schedules yet" in site.get(LIST).text
    make_schedule()
    text = site.get(f"{LIST}?state=paused&owner={boss.pk}&q=vat").text
    plain = " ".join(re.sub(r"<[^>]*>", "", text).split())
    assert "Nothing matches" in plain
    assert "No schedule is paused, belongs to" in plain
    assert "and contains “vat”." in plain


def test_a_list_in_which_nothing_matches_asks_for_each_menu_once(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(tags=["a"])
    with CaptureQueriesContext(connection) as captured:
        assert "Nothing matches" in site.get(f"{LIST}?outcome=failed").text
    menus = [query["sql"] for query in captured if "GROUP BY" in query["sql"]]
    assert len(menus) == len(set(menus)) == 3


@pytest.mark.heavy
def test_a_page_has_the_same_number_of_queries_for_any_number_of_rows(
    site: Client, make_schedule: MakeSchedule, workflow: Workflow, alice: User
) -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(f"{LIST}?{query}").status_code == 200
        return len(captured)

    addresses = ("", "state=paused", "type=interval&q=j", "tag=a&outcome=skipped")
    write_run(make_schedule(tags=["a"]), 1, RunStatus.SKIPPED)
    paused = make_schedule(tags=["a"])
    write_run(paused, 1, RunStatus.SKIPPED)
    pause_schedule(paused.pk, actor=Actor.person(alice), now=NOON)
    few = [queries(address) for address in addresses]
    for number in range(20):
        other = startable(f"w{number}", workflow.owner)
        schedule = make_schedule(workflow=other, tags=["a", f"t{number}"])
        for minute in range(3):
            write_run(schedule, minute, RunStatus.SKIPPED)
        if number % 2:
            pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    assert [queries(address) for address in addresses] == few
    assert max(few) <= MOST_QUERIES


# Session, user, zone, and three counts of the frame; then views, keys, count, rows, runs and pauses; a menu
# each for states, workflows, owners (and their names) and tags; the name of what is chosen.
MOST_QUERIES = 21


@pytest.mark.heavy
@pytest.mark.both_databases
def test_filters_are_saved_as_a_view_of_ones_own(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    make_schedule(tags=["a", "b"])
    make_schedule(tags=["a"])
    assert "Set filters" in site.get(LIST).text
    assert 'name="query" value="tag=a&amp;o=1"' in site.get(f"{LIST}?tag=a&o=1").text
    sent = {"name": "Both", "query": "tag=a&o=1"}
    answer = site.post(f"{LIST}views/", sent, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?tag=a&o=1", 302)]
    assert "Saved the view “Both”." in answer.text
    for name, query in {"One": "tag=b", "Costly": "outcome=none"}.items():
        site.post(f"{LIST}views/", {"name": name, "query": query})
    found = views(site, "tag=b")
    assert [found[name] for name in ("Both", "One", "Costly")] == [2, 1, None]
    (current,) = [
        view.label
        for view in site.get(f"{LIST}?tag=b").context["cl"].views
        if view.is_current
    ]
    assert current == "One"


def test_a_view_without_a_name_and_one_by_get_are_refused(site: Client) -> None:
    sent = {"name": " ", "query": "tag=a\r\nX: y"}
    answer = site.post(f"{LIST}views/", sent, follow=True)
    assert "Give the view a name." in answer.text
    assert site.get(f"{LIST}views/").status_code == 405


def test_views_of_others_are_not_shown(
    site: Client, alice: User, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    save_view(alice, name="Hers", query="tag=a")
    assert "Hers" not in site.get(LIST).text


@pytest.mark.heavy
def test_saved_views_cost_no_further_query(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    save_view(boss, name="One", query="tag=a")
    with CaptureQueriesContext(connection) as few:
        site.get(LIST)
    for number in range(10):
        save_view(boss, name=f"No. {number}", query=f"q=a{number}&state=paused")
    with CaptureQueriesContext(connection) as many:
        site.get(LIST)
    assert len(many) == len(few)


@pytest.mark.slow
def test_fifty_rows_weigh_less_than_300_kilobytes(
    site: Client, make_schedule: MakeSchedule
) -> None:
    statuses = [RunStatus.SUCCEEDED] * 21 + [RunStatus.FAILED] * 3
    for number in range(51):
        name = f"Export of the invoices of region {number}"
        schedule = make_schedule(name=name, cron_expression="30 2 * * mon-fri")
        for minute, status in enumerate(statuses):
            write_run(schedule, minute, status)
    page = site.get(LIST)
    assert len(page.context["cl"].result_list) == 50
    assert len(page.content) < 300_000
