"""The page of the load map: what it shows, what it suggests, and what it changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.exceptions import StaleSchedule
from schedules.models import ScheduledJob, ScheduledRun
from schedules.rq.heartbeat import beat
from schedules.services.insight import health
from tests.schedules.runs import succeeded

LOAD = "/admin/ostinato_schedules/scheduledjob/load/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(redis):
    """One worker that is alive."""
    for kind in ("scheduler", "worker", "worker:workflows"):
        beat(redis, kind, "somebody")
    health.reset()


@pytest.fixture
def nightly(make_schedule):
    """Five exports at 02:00 UTC, of five minutes each."""
    now = timezone.now()
    begun = now - timedelta(days=1)
    schedules = [
        make_schedule(
            name=f"export {number} <b>",
            now=begun,
            cron_expression="0 2 * * *",
            timezone="UTC",
        )
        for number in range(5)
    ]
    ScheduledRun.objects.bulk_create(
        succeeded(schedule, begun, minutes=5) for schedule in schedules
    )
    return schedules


def test_the_map_shows_the_peak_and_what_to_do(site, worker, nightly):
    page = site.get(LOAD)
    assert page.status_code == 200
    text = page.text
    assert "Every day, 02:00" in text
    assert "5 schedules at the same minute, 5 min each" in text
    assert "Spread 3 of the 5 schedules" in text
    assert "Review the 3 changes" in text
    assert "the other 2 stay at 02:00" in text
    assert "&lt;b&gt;" in text
    assert "<b>export" not in text
    assert text.count('class="h-6"') > 7
    assert ScheduledJob.objects.filter(version=1).count() == 5
    assert len(page.content) < 300_000


def test_by_runs_the_numbers_are_runs(site, worker, nightly):
    text = site.get(LOAD, {"show": "runs"}).text
    assert "Runs expected in each quarter" in text
    assert "1 worker handles about 3 runs in a quarter of an hour." in text
    assert "runs, limit of" not in text
    assert "3, limit of 1 worker" in text


def test_the_review_names_old_and_new_setting_and_run(site, worker, nightly):
    text = site.get(LOAD, {"review": "A"}).text
    assert text.count('name="move"') == 3
    assert "0 2 * * *" in text
    assert "15 2 * * *" in text
    assert "02:15" in text


@pytest.mark.both_databases
def test_the_moves_are_made_and_one_refusal_stops_no_other(site, worker, nightly):
    first, second, third, *_ = nightly
    page = site.post(
        LOAD,
        {"move": [f"{first.pk}:15:1", f"{second.pk}:30:7", f"{third.pk}:-45:1"]},
    )
    text = page.text
    assert "Moved 1 of 3 schedules" in text
    assert "2 were refused" in text
    assert StaleSchedule().message in text
    assert "only the minutes of a cron expression can be moved" in text
    found = {job.pk: job for job in ScheduledJob.objects.all()}
    assert found[first.pk].cron_expression == "15 2 * * *"
    assert found[second.pk].cron_expression == "0 2 * * *"
    assert found[third.pk].cron_expression == "0 2 * * *"
    assert f"{found[first.pk].next_run_at:%Y-%m-%d %H:%M:%S} UTC" in text
    assert f"{first.next_run_at:%Y-%m-%d %H:%M:%S} UTC" in text


@pytest.mark.heavy
@pytest.mark.parametrize("move", ["", "x", "1:2:3", "{0}:15", "{0}:a:1", "{0}:15:1:2"])
def test_a_form_that_is_not_ours_changes_nothing(site, nightly, move):
    page = site.post(LOAD, {"move": [move.format(nightly[0].pk)]}, follow=True)
    assert page.status_code == 200
    assert "as the page sends it" in page.text
    assert ScheduledJob.objects.filter(version=1).count() == 5


@pytest.mark.heavy
def test_nothing_chosen_and_too_many(site, nightly):
    assert "no schedule was chosen" in site.post(LOAD, follow=True).text
    many = [f"{nightly[0].pk}:15:1"] * 201
    assert "At most 200" in site.post(LOAD, {"move": many}, follow=True).text
    assert ScheduledJob.objects.filter(version=1).count() == 5


def test_those_who_may_only_look_are_offered_no_change(make_staff, worker, nightly):
    staff = make_staff("view")
    text = staff.get(LOAD, {"review": "A"}).text
    assert "Every day, 02:00" in text
    assert "none of them is yours to change" in text
    assert 'name="move"' not in text
    assert "Review the" not in text
    account = staff.post(LOAD, {"move": [f"{nightly[0].pk}:15:1"]}).text
    assert "do not have permission" in account
    assert not ScheduledJob.objects.exclude(version=1).exists()


def test_staff_without_permissions_see_only_their_own(make_staff, worker, nightly):
    staff = make_staff()
    assert "by 0 active schedules" in staff.get(LOAD).text
    account = staff.post(LOAD, {"move": [f"{nightly[0].pk}:15:1"]}).text
    assert "export" not in account
    assert "Moved 0 of 1 schedule" in account


def test_the_page_needs_staff(client, alice):
    client.force_login(alice)
    assert client.get(LOAD).status_code == 302


def test_without_a_worker_there_is_nothing_to_compare_with(site, redis, nightly):
    health.reset()
    text = site.get(LOAD).text
    assert "No worker is running" in text
    assert "Peaks" in text


def test_an_empty_site(site):
    text = site.get(LOAD).text
    assert "by 0 active schedules" in text


@pytest.mark.heavy
def test_the_queries_do_not_grow_with_the_schedules(
    site, worker, nightly, make_schedule
):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert site.get(LOAD).status_code == 200
        return [query["sql"] for query in captured if "ostinato" in query["sql"]]

    make_schedule(cron_expression="0 2 * * *", timezone="UTC")
    few = queries()
    for _ in range(10):
        make_schedule(now=timezone.now(), cron_expression="0 2 * * *", timezone="UTC")
    many = queries()
    assert len(many) == len(few)
    assert len(many) <= 14
