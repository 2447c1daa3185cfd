from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob, ScheduleEvent, Status, UserProfile
from schedules.services import Actor, fire_due, pause_schedule, run_now, update_schedule
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.admin.form.forms import filled, save
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow, WorkflowNode

ADD = f"{LIST}add/"
INTERVAL = {"schedule_type": "interval"}


def test_a_schedule_is_made_by_the_service(
    site: Client, boss: User, workflow: Workflow
) -> None:
    node = WorkflowNode.objects.get(node_id="start")
    problems = save(
        site,
        ADD,
        name="mornings",
        workflow=str(workflow.pk),
        trigger_node=str(node.pk),
        cron_expression="0 9 * * mon-fri",
        timezone="Europe/Berlin",
        end_at="2099-12-31T12:00:00",
        tags="a, b,,a",
        trigger_payload='{"name": "you"}',
        max_retries="3",
    )
    assert problems == {}
    made = ScheduledJob.objects.get()
    assert (made.name, made.owner, made.trigger_node) == ("mornings", boss, node)
    assert (made.schedule_type, made.timezone) == ("cron", "Europe/Berlin")
    assert made.end_at == datetime(2099, 12, 31, 11, tzinfo=UTC)
    assert (made.tags, made.trigger_payload) == (["a", "b"], {"name": "you"})
    assert (made.max_retries, made.timeout_seconds) == (3, 600)
    assert made.next_run_at is not None
    assert ScheduleEvent.objects.get().verb == "create"


@pytest.mark.heavy
def test_a_removed_trigger_node_stays_chosen_until_another_is(
    site: Client, workflow: Workflow, make_schedule: MakeSchedule
) -> None:
    node = workflow.nodes.get(node_id="start")
    schedule = make_schedule(trigger_node=node)
    WorkflowNode.objects.filter(pk=node.pk).update(removed_at=NOON)
    workflow.nodes.create(node_id="other", component_type="trigger_schedule")
    assert "start (removed)" in site.get(page(schedule)).text
    assert "(removed)" not in site.get(ADD).text
    assert save(site, page(schedule), description="changed") == {}
    schedule.refresh_from_db()
    assert (schedule.description, schedule.trigger_node) == ("changed", node)
    assert save(site, page(schedule), trigger_node="") == {}
    schedule.refresh_from_db()
    assert schedule.trigger_node is None


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": "  "}, "name", "required"),
        ({"workflow": ""}, "workflow", "exactly one"),
        ({"workflow": "nonsense"}, "workflow", "valid"),
        ({"trigger_node": "999"}, "trigger_node", "valid"),
        ({"cron_expression": "61 * * * *"}, "cron_expression", "61"),
        ({"cron_expression": "0 0 30 2 *"}, "cron_expression", ""),
        ({"schedule_type": "once"}, "run_at", "requires"),
        ({"schedule_type": "yearly"}, "schedule_type", "valid choice"),
        ({"schedule_type": ""}, "interval_seconds", "exactly one"),
        ({"cron_expression": ""}, "cron_expression", "requires"),
        (INTERVAL | {"interval_seconds": "0"}, "interval_seconds", "1 second to"),
        (INTERVAL | {"interval_seconds": "9" * 5000}, "interval_seconds", "1 second"),
        ({"timezone": "europe/berlin"}, "timezone", "did you mean Europe/Berlin"),
        ({"timezone": "Mars/Olympus"}, "timezone", "not a valid time zone"),
        ({"start_at": "2026-02-30T09:00:00"}, "start_at", "valid"),
        ({"start_at": "soon"}, "start_at", "valid"),
        ({"start_at": "0001-01-01T00:00:00"}, "start_at", "outside the calendar"),
        ({"end_at": "2001-01-01T00:00:00"}, "end_at", "never run"),
        ({"max_runs": "0"}, "max_runs", "from 1 to"),
        ({"max_open_runs": "-1"}, "max_open_runs", ""),
        ({"max_open_runs": "100001"}, "max_open_runs", "from 0 to 100,000"),
        ({"max_retries": "-1"}, "max_retries", ""),
        ({"timeout_seconds": "0"}, "timeout_seconds", "from 1 second to 7 days"),
        ({"overlap_policy": "nonsense"}, "overlap_policy", "valid"),
        ({"trigger_payload": "[1]"}, "trigger_payload", "JSON object"),
        (
            {"cron_expression": "CRON_TZ=America/New_York 0 9 * * 1-5"},
            "cron_expression",
            'Set cron_expression to "0 9 * * 1-5" and timezone to "America/New_York".',
        ),
        ({"cron_expression": "PT5M"}, "cron_expression", "interval_seconds to 300"),
        ({"trigger_payload": "{"}, "trigger_payload", "valid JSON"),
        (
            {"trigger_payload": '{"a": NaN}'},
            "trigger_payload",
            "number that JSON cannot represent",
        ),
        ({"trigger_payload": "[" * 100_000}, "trigger_payload", "valid JSON"),
        ({"trigger_payload": "9" * 5_000}, "trigger_payload", "valid JSON"),
        ({"trigger_payload": '{"a": "\\ud800"}'}, "trigger_payload", "surrogate"),
        ({"trigger_payload": '{"a": "%s"}' % ("x" * 70_000)}, "trigger_payload", "64"),
        ({"tags": "x" * 51}, "tags", "50"),
        ({"tags": "a\x00b"}, "tags", ""),
        ({"name": "a\x00b"}, "name", "Null"),
    ],
)
def test_a_problem_is_shown_at_its_field_and_nothing_is_saved(
    site: Client, workflow: Workflow, changes: dict[str, str], field: str, reason: str
) -> None:
    good = {
        "name": "mornings",
        "workflow": str(workflow.pk),
        "cron_expression": "0 9 * * *",
        "interval_seconds": "60",  # not shown, and counts for nothing
    }
    problems = save(site, ADD, **(good | changes))
    assert reason in " ".join(problems[field])
    assert not ScheduledJob.objects.exists()
    assert not ScheduleEvent.objects.exists()


def test_editing_changes_only_what_was_touched(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert save(site, page(schedule), description="new words") == {}
    event = ScheduleEvent.objects.get(verb="update")
    assert event.actor == boss
    assert event.after == {"description": "new words"}


def test_saving_without_a_change_writes_nothing(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        cron_expression="@daily",
        timezone="Asia/Kathmandu",
        start_at=NOON,
        tags=["a"],
        trigger_payload={"a": [1, "ü"]},
        max_runs=5,
    )
    assert save(site, page(schedule)) == {}
    assert list(schedule.events.values_list("verb", flat=True)) == ["create"]


def test_a_time_that_comes_twice_stays_the_second_when_not_touched(
    site: Client, make_schedule: MakeSchedule
) -> None:
    second = datetime(2099, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, once more
    schedule = make_schedule(run_at=second, timezone="Europe/Berlin")
    save(site, page(schedule), description="new words")
    schedule.refresh_from_db()
    assert (schedule.run_at, schedule.description) == (second, "new words")


@pytest.mark.heavy
def test_the_form_shows_and_reads_times_by_the_clock_of_the_zone(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        run_at=datetime(2099, 7, 1, 7, tzinfo=UTC), timezone="Europe/Berlin"
    )
    assert filled(site, page(schedule))["run_at"] == "2099-07-01T09:00:00"
    save(site, page(schedule), run_at="2099-07-01T10:00:00")
    schedule.refresh_from_db()
    assert schedule.run_at == datetime(2099, 7, 1, 8, tzinfo=UTC)
    save(site, page(schedule), timezone="America/New_York")
    schedule.refresh_from_db()
    assert schedule.run_at == datetime(2099, 7, 1, 14, tzinfo=UTC)


@pytest.mark.heavy
def test_an_end_on_the_last_day_of_the_calendar_can_be_shown(
    site: Client, make_schedule: MakeSchedule
) -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    schedule = make_schedule(
        cron_expression="@daily", timezone="Pacific/Kiritimati", end_at=last
    )
    assert save(site, page(schedule), description="new words") == {}
    schedule.refresh_from_db()
    assert schedule.end_at == last


@pytest.mark.heavy
def test_another_zone_does_not_move_the_anchor(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(interval_seconds=3600)
    save(site, page(schedule), timezone="Asia/Kathmandu")
    schedule.refresh_from_db()
    assert (schedule.timezone, schedule.anchor_at) == ("Asia/Kathmandu", NOON)


def test_a_change_of_type_drops_what_belonged_to_the_old_one(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="@daily")
    problems = save(
        site, page(schedule), schedule_type="interval", interval_seconds="60"
    )
    schedule.refresh_from_db()
    assert problems == {}
    assert (schedule.cron_expression, schedule.interval_seconds) == ("", 60)
    assert schedule.epoch == 2


def test_a_page_that_is_older_than_the_schedule_overwrites_nothing(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    old = filled(site, page(schedule), name="mine")
    update_schedule(
        schedule.pk, {"name": "theirs"}, actor=Actor.person(alice), now=NOON
    )
    response = site.post(page(schedule), old)
    assert response.status_code == 409
    assert "Someone else saved first" in response.text
    assert ScheduledJob.objects.get().name == "theirs"


@pytest.mark.heavy
def test_a_stopped_schedule_explains_how_to_revive_it(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(run_at=NOON + timedelta(seconds=1), timezone="Asia/Tokyo")
    fire_due(NOON + timedelta(seconds=2))
    assert "This schedule has ended. A new timing" in site.get(page(schedule)).text
    (why,) = save(site, page(schedule), name="other")["__all__"]
    assert "can no longer be changed. A new timing" in why
    assert ScheduledJob.objects.get().name == "job"
    assert save(site, page(schedule), run_at="2099-01-01T09:00:00") == {}
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == (Status.ACTIVE, "")
    assert schedule.next_run_at == datetime(2099, 1, 1, 0, tzinfo=UTC)


def test_a_schedule_that_ended_is_only_read_by_who_may_only_see_it(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(run_at=NOON + timedelta(seconds=1), timezone="Asia/Tokyo")
    fire_due(NOON + timedelta(seconds=2))
    text = make_staff("view").get(page(schedule)).text
    assert 'name="_save"' not in text
    assert 'name="name"' not in text
    assert "21:00:01</span> <span>Asia/Tokyo" in text
    assert "This schedule has ended" not in text


def test_a_schedule_is_made_paused(site: Client, workflow: Workflow) -> None:
    given = {"name": "later", "workflow": str(workflow.pk), "interval_seconds": "60"}
    assert save(site, ADD, status="paused", **given | INTERVAL) == {}
    made = ScheduledJob.objects.get()
    assert (made.status, made.next_run_at) == (Status.PAUSED, None)
    assert (
        "status"
        not in site.get(page(made)).context["adminform"].fieldsets[0][1]["fields"]
    )


@pytest.mark.heavy
def test_a_schedule_that_runs_only_on_request_is_created(
    site: Client, workflow: Workflow
) -> None:
    given = {"name": "by hand", "workflow": str(workflow.pk)}
    # What is not shown for this type counts for nothing.
    assert save(site, ADD, schedule_type="manual", max_runs="3", **given) == {}
    made = ScheduledJob.objects.get()
    assert made.max_runs is None
    assert (made.status, made.next_tick_at, made.next_run_at) == ("active", None, None)
    assert "Only on request" in site.get(LIST).text
    assert "Only on request" in site.get(page(made)).text
    site.post(page(made, "pause"))
    answer = site.post(page(made, "resume"), follow=True)
    assert "It runs on request" in answer.text
    # One whose cron expression still stands in the form becomes manual all the same.
    cron = {"schedule_type": "cron", "cron_expression": "@daily"}
    assert save(site, page(made), **cron) == {}
    assert save(site, page(made), schedule_type="manual") == {}
    made.refresh_from_db()
    assert (made.schedule_type, made.cron_expression) == ("manual", "")


def test_the_page_shows_the_buttons_the_runs_and_the_events(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    actor = Actor.person(alice)
    run = run_now(schedule.pk, actor=actor, now=NOON)
    pause_schedule(schedule.pk, actor=actor, now=NOON, note="a reason")
    text = site.get(page(schedule)).text
    assert page(schedule, "resume") in text
    assert page(schedule, "run") in text
    assert page(schedule, "pause") not in text
    assert f"/admin/ostinato_schedules/scheduledrun/{run.pk}/change/" in text
    assert 'href="#s-skipped"' in text
    assert '<b class="o-strong">alice</b> paused it' in text
    assert "a reason" in text


def test_deleting_stops_the_schedule(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    address = page(schedule, "delete")
    assert "history remains" in site.get(address).text
    assert site.post(address, {"post": "yes"}).status_code == 302
    assert not ScheduledJob.objects.exists()
    assert ScheduleEvent.objects.get(verb="stop").actor == boss


def test_the_page_that_asks_before_a_deletion_shows_a_long_name_whole(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(name="W" * 200)
    assert (
        f"<h1>Delete “{schedule.name}”?</h1>" in site.get(page(schedule, "delete")).text
    )


def test_who_may_only_view_cannot_save_add_or_delete(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    staff = make_staff("view")
    text = staff.get(page(schedule)).text
    assert 'name="_save"' not in text
    assert "formaction" not in text
    assert staff.post(page(schedule), {"name": "x"}).status_code == 403
    assert staff.post(ADD, {"name": "x"}).status_code == 403
    assert staff.post(page(schedule, "delete"), {"post": "yes"}).status_code == 403
    assert ScheduledJob.objects.get().status == Status.ACTIVE


def test_staff_are_offered_only_workflows_that_they_may_run(
    make_staff: MakeStaff, workflow: Workflow
) -> None:
    staff = make_staff("view", "add")
    fields = staff.get(ADD).context["adminform"].form.fields
    assert list(fields["workflow"].queryset) == []
    assert list(fields["trigger_node"].queryset) == []
    problems = save(
        staff, ADD, name="x", workflow=str(workflow.pk), cron_expression="@daily"
    )
    assert "workflow" in problems


def test_a_new_schedule_is_offered_the_persons_own_zone(
    site: Client, boss: User
) -> None:
    assert filled(site, ADD)["timezone"] == "UTC"
    UserProfile.objects.create(user=boss, timezone="Asia/Tokyo")
    assert filled(site, ADD)["timezone"] == "Asia/Tokyo"
