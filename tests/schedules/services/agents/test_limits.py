"""How many, how often, how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from schedules.exceptions import InvalidSchedule
from schedules.models import (
    ScheduledJob,
    UserProfile,
)
from schedules.services import (
    Actor,
    pause_schedule,
    resume_schedule,
    stop_schedule,
    update_schedule,
)
from tests.at_once import at_once
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.agents.conftest import (
    DAY,
    LATEST,
    Propose,
    allow,
    refusal,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_schedule_beyond_the_quota_is_refused(by_agent: Propose, alice: User):
    allow(alice, agent_max_active_schedules=2)
    by_agent(), by_agent()
    told = refusal(by_agent)
    assert told.code == "agent_quota"
    assert told.details == {"rule": "quota", "limit": 2}
    assert "there are 2" in told.message
    assert "Pause or stop one" in told.remedy


def test_limits_beyond_the_calendar_are_limits(by_agent: Propose, alice: User):
    beyond = 2**31 - 1 if connection.vendor == "postgresql" else 2**63 - 1
    allow(alice, agent_max_days=beyond, agent_min_interval_seconds=beyond)
    assert refusal(by_agent).code == "agent_interval"
    allow(alice, agent_min_interval_seconds=60)
    assert by_agent().end_at is not None


def test_what_people_made_is_not_counted(
    by_agent: Propose, make_schedule: MakeSchedule, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    make_schedule()
    assert by_agent().status == "active"


def test_pausing_makes_room_and_resuming_needs_it(
    by_agent: Propose, agent: Actor, alice: User
):
    allow(alice, agent_max_active_schedules=1)
    first = by_agent()
    pause_schedule(first.id, actor=agent, now=NOON)
    by_agent()
    told = refusal(lambda: resume_schedule(first.id, actor=agent, now=NOON))
    assert told.code == "agent_quota"
    person = Actor.person(alice)
    assert resume_schedule(first.id, actor=person, now=NOON).schedule.status == "active"


def test_paused_schedules_do_not_pile_up(
    by_agent: Propose, agent: Actor, alice: User, ostinato: Any
):
    ostinato(AGENT_MAX_KEPT_SCHEDULES=3)
    allow(alice, agent_max_active_schedules=1)
    for _ in range(3):
        pause_schedule(by_agent().id, actor=agent, now=NOON)
    told = refusal(by_agent)
    assert (told.code, told.details["limit"]) == ("agent_kept", 3)


def test_resuming_one_that_is_kept_already_keeps_no_more(
    by_agent: Propose, agent: Actor, alice: User, ostinato: Any
):
    ostinato(AGENT_MAX_KEPT_SCHEDULES=3)
    allow(alice, agent_max_active_schedules=3)
    made = [by_agent(), by_agent(), by_agent()]
    for schedule in made:
        pause_schedule(schedule.id, actor=agent, now=NOON)
    assert refusal(by_agent).code == "agent_kept"
    resumed = resume_schedule(made[0].id, actor=agent, now=NOON)
    assert resumed.schedule.status == "active"


@pytest.mark.django_db(transaction=True)
def test_ten_agents_at_once_do_not_pass_the_quota(by_agent: Propose, alice: User):
    allow(alice, agent_max_active_schedules=3)
    answers = at_once([by_agent] * 10)
    assert ScheduledJob.objects.count() == 3
    codes = [getattr(answer, "code", "made") for answer in answers]
    assert sorted(codes) == ["agent_quota"] * 7 + ["made"] * 3


@pytest.mark.django_db(transaction=True)
def test_agents_that_resume_at_once_do_not_pass_the_quota(
    by_agent: Propose, agent: Actor, alice: User
):
    made = [by_agent().id for _ in range(6)]
    for schedule in made:
        pause_schedule(schedule, actor=agent, now=NOON)
    UserProfile.objects.all().delete()
    allow(alice, agent_max_active_schedules=2)

    def resume(schedule: Any) -> Callable[[], Any]:
        return lambda: resume_schedule(schedule, actor=agent, now=NOON)

    at_once([resume(schedule) for schedule in made])
    assert ScheduledJob.objects.filter(status="active").count() == 2


@pytest.mark.parametrize(
    ("fields", "least", "apart", "field"),
    [
        ({"interval_seconds": 1}, 60, 1, "interval_seconds"),
        ({"interval_seconds": 59}, 60, 59, "interval_seconds"),
        ({"cron_expression": "*/7 * * * *"}, 300, 240, "cron_expression"),
        ({"cron_expression": "0,1 9 * * mon"}, 300, 60, "cron_expression"),
        # The first of two runs may be late, and the second not.
        ({"interval_seconds": 60, "jitter_seconds": 59}, 60, 1, "interval_seconds"),
        ({"interval_seconds": 60, "jitter_seconds": 90}, 60, 0, "interval_seconds"),
        # An update may raise max_runs later.
        ({"interval_seconds": 30, "max_runs": 1}, 60, 30, "interval_seconds"),
    ],
)
def test_what_runs_too_often_is_refused(
    by_agent: Propose, alice: User, fields, least, apart, field
):
    allow(alice, agent_min_interval_seconds=least)
    told = refusal(lambda: by_agent(**fields))
    assert told.code == "agent_interval"
    assert told.details["limit"] == f"{least} seconds"
    assert f"could be {apart} second" in told.message
    assert field in told.remedy
    assert str(least + fields.get("jitter_seconds", 0)) in told.remedy
    assert told.errors == {field: [told.message]}


@pytest.mark.parametrize(
    "fields",
    [
        {"interval_seconds": 60},
        {"cron_expression": "* * * * *"},
        {"interval_seconds": 90, "jitter_seconds": 30},
    ],
)
def test_what_runs_just_often_enough_is_taken(by_agent: Propose, fields):
    assert by_agent(**fields).status == "active"


def test_an_update_is_held_to_the_same_interval(by_agent: Propose, agent: Actor):
    schedule = by_agent()
    fields = {"interval_seconds": 5}
    told = refusal(lambda: update_schedule(schedule.id, fields, actor=agent, now=NOON))
    assert told.code == "agent_interval"


def test_single_runs_are_bounded_in_number_alone(by_agent: Propose, alice: User):
    allow(alice, agent_max_active_schedules=2)
    assert [by_agent(run_at=NOON + DAY).status for _ in range(2)] == ["active"] * 2
    assert refusal(lambda: by_agent(run_at=NOON + DAY)).code == "agent_quota"


@pytest.mark.heavy
def test_the_cost_of_one_more_is_the_same_however_many_there_are(
    by_agent: Propose, agent: Actor, django_assert_num_queries: Any
):
    for minute in range(1, 20):
        schedule = by_agent(run_at=NOON + minute * timedelta(minutes=1))
        if minute % 2:
            stop_schedule(schedule.id, actor=agent, now=NOON)
    with django_assert_num_queries(14):
        by_agent(run_at=NOON + DAY)


def test_creations_a_day_are_limited_even_if_the_schedules_are_gone(
    by_agent: Propose, agent: Actor, ostinato: Any
):
    ostinato(AGENT_MAX_CREATED_A_DAY=3)
    for _ in range(3):
        stop_schedule(by_agent().id, actor=agent, now=NOON)
    told = refusal(by_agent)
    assert (told.code, told.details["limit"]) == ("agent_rate", "3 in 24 hours")
    assert told.remedy.startswith(
        f"The next one is possible at {(NOON + DAY).isoformat()}."
    )
    assert by_agent(now=NOON + DAY).status == "active"


def test_a_limit_of_zero_a_day_allows_none(by_agent: Propose, ostinato: Any):
    ostinato(AGENT_MAX_CREATED_A_DAY=0)
    assert refusal(by_agent).code == "agent_rate"


def test_what_people_make_leaves_agents_their_day(
    by_agent: Propose, make_schedule: MakeSchedule, ostinato: Any
):
    ostinato(AGENT_MAX_CREATED_A_DAY=1)
    make_schedule(), make_schedule()
    assert by_agent().status == "active"


def test_resumes_an_hour_are_limited_and_pausing_and_stopping_are_not(
    by_agent: Propose, make_schedule: MakeSchedule, agent: Actor, ostinato: Any
):
    ostinato(AGENT_MAX_RESUMED_AN_HOUR=3)
    schedules = [by_agent(), make_schedule()]

    def pause_and_resume(number: int, now: datetime = NOON) -> None:
        pause_schedule(schedules[number].id, actor=agent, now=now)
        resume_schedule(schedules[number].id, actor=agent, now=now)

    for number in (0, 1, 0):
        pause_and_resume(number)
    pause_schedule(schedules[0].id, actor=agent, now=NOON)
    told = refusal(lambda: resume_schedule(schedules[0].id, actor=agent, now=NOON))
    assert (told.code, told.details["limit"]) == ("agent_rate", "3 in an hour")
    later = NOON + timedelta(hours=1)
    assert f"The next one is possible at {later.isoformat()}." in told.remedy
    stop_schedule(schedules[0].id, actor=agent, now=NOON)
    pause_and_resume(1, now=later)
    person = Actor.person(schedules[1].owner)
    for _ in range(4):
        pause_schedule(schedules[1].id, actor=person, now=later)
        resume_schedule(schedules[1].id, actor=person, now=later)


@pytest.mark.django_db(transaction=True)
def test_agents_at_once_do_not_pass_what_a_day_allows(by_agent: Propose, ostinato: Any):
    ostinato(AGENT_MAX_CREATED_A_DAY=2)
    at_once([by_agent] * 6)
    assert ScheduledJob.objects.count() == 2


def test_an_end_is_set_where_there_is_none(by_agent: Propose):
    assert by_agent().end_at == LATEST
    assert by_agent(end_at=None).end_at == LATEST


def test_an_earlier_end_stays(by_agent: Propose):
    assert by_agent(end_at=NOON + DAY).end_at == NOON + DAY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_at": LATEST + DAY}, "end_at"),
        ({"run_at": LATEST + DAY}, "run_at"),
        ({"run_at": NOON + DAY, "end_at": datetime(9999, 1, 1, tzinfo=UTC)}, "end_at"),
    ],
)
def test_what_ends_too_late_is_refused(by_agent: Propose, fields, field):
    told = refusal(lambda: by_agent(**fields))
    assert (told.code, told.details["limit"]) == ("agent_end", "90 days")
    assert told.remedy == f"Give {field} as {LATEST.isoformat()} or earlier."


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cron_expression": "0 0 1 7 *"}, "cron_expression"),
        ({"interval_seconds": 200 * 86_400}, "interval_seconds"),
        ({"start_at": datetime(2028, 1, 1, tzinfo=UTC)}, "start_at"),
    ],
)
def test_what_first_runs_too_late_is_told_of_the_limit(by_agent, fields, field):
    told = refusal(lambda: by_agent(**fields))
    assert (told.code, told.details["limit"]) == ("agent_end", "90 days")
    assert list(told.errors) == [field]
    assert f"within 90 days, by {LATEST.isoformat()}: this" in told.message
    assert told.remedy.endswith(f"with a run at {LATEST.isoformat()} or earlier.")


def test_an_end_that_was_given_is_told_of_as_ever(by_agent: Propose):
    fields = {"cron_expression": "0 0 1 7 *", "end_at": NOON + DAY}
    with pytest.raises(InvalidSchedule, match="No tick is left before this time"):
        by_agent(**fields)


def test_an_update_neither_takes_the_end_away_nor_puts_it_off(
    by_agent: Propose, agent: Actor
):
    schedule = by_agent()
    for end in (None, LATEST + DAY):
        fields = {"end_at": end}
        told = refusal(
            lambda fields=fields: update_schedule(
                schedule.id, fields, actor=agent, now=NOON
            )
        )
        assert told.code == "agent_end"


def test_any_number_of_days_in_a_profile_makes_an_end(by_agent: Propose, alice: User):
    allow(alice, agent_max_days=2**31 - 1)
    assert by_agent().end_at == NOON + 3652 * DAY


def test_the_limits_of_agents_do_not_bind_people(
    make_schedule: MakeSchedule, alice: User, ostinato
):
    ostinato(AGENTS_MAY_SCHEDULE=False)
    allow(alice, agent_max_active_schedules=0, agents_propose=True)
    schedule = make_schedule(interval_seconds=1)
    assert (schedule.status, schedule.end_at) == ("active", None)
