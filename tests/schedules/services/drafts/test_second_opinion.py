"""An expression that croniter reads as something else is refused where it is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from structlog.testing import capture_logs

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule, preview_fields, update_schedule
from schedules.timing import disagreement
from schedules.timing.wall_times import WallTimes
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
NOON_DAILY = "0 12 * * *"


@pytest.fixture
def engine_a_day_late(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    right = WallTimes.next

    def next_day(times: WallTimes, after: datetime) -> datetime | None:
        found = right(times, after)
        return found and found + timedelta(days=1)

    disagreement.cache_clear()
    monkeypatch.setattr(WallTimes, "next", next_day)
    yield
    disagreement.cache_clear()


@pytest.mark.usefixtures("engine_a_day_late")
def test_neither_a_creation_nor_a_preview_takes_it_and_the_log_says_so(
    workflow: Workflow, alice: User
) -> None:
    fields = {"name": "job", "workflow": workflow, "cron_expression": NOON_DAILY}
    actor = Actor.person(alice)
    with capture_logs() as logs, pytest.raises(InvalidSchedule) as refused:
        create_schedule(fields, actor=actor, now=NOON)
    (why,) = refused.value.errors["cron_expression"]
    assert "2024-01-02 12:00:00 and 2024-01-01 12:00:00" in why
    assert "report it" in why
    (line,) = [line for line in logs if line["event"] == "cron_disputed"]
    assert line["log_level"] == "error"
    assert line["cron_expression"] == NOON_DAILY
    with pytest.raises(InvalidSchedule):
        preview_fields(fields, count=1, actor=actor, now=NOON)
    assert not ScheduledJob.objects.exists()


@pytest.mark.usefixtures("engine_a_day_late")
def test_a_change_takes_it_only_where_it_was_there_before(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    actor = Actor.person(alice)
    with pytest.raises(InvalidSchedule, match="croniter"):
        update_schedule(
            schedule.id, {"cron_expression": NOON_DAILY}, actor=actor, now=NOON
        )
    # As if croniter had come to read it otherwise after an upgrade.
    ScheduledJob.objects.filter(pk=schedule.pk).update(
        schedule_type="cron",
        cron_expression=NOON_DAILY,
        interval_seconds=None,
        anchor_at=None,
    )
    renamed = update_schedule(schedule.id, {"name": "other"}, actor=actor, now=NOON)
    assert renamed.name == "other"
