"""What stands already and may make a new schedule needless."""

from __future__ import annotations

import pytest

from tests.schedules.conftest import MakeSchedule
from tests.schedules.tools.test_tools import good
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_creation_lists_similar_schedules(
    create, make_schedule: MakeSchedule, workflow: Workflow
):
    by_name = make_schedule(name="JOB", interval_seconds=5)
    by_timing = make_schedule(name="another", interval_seconds=3600)
    make_schedule(name="something else", interval_seconds=7)
    make_schedule(name="job 2", interval_seconds=7)
    made = good(create())
    assert {each["id"] for each in made["similar"]} == {
        str(by_name.pk),
        str(by_timing.pk),
    }


@pytest.mark.parametrize(
    ("fields", "similar"),
    [
        ({"cron_expression": "@daily"}, True),
        ({"interval_seconds": 86_400}, True),
        ({"cron_expression": "0 0 * * *", "timezone": "Asia/Tokyo"}, False),
        ({"cron_expression": "0 1 * * *"}, False),
    ],
)
def test_a_similar_timing_is_seen_however_it_is_spelt(
    create, make_schedule: MakeSchedule, fields, similar
):
    other = make_schedule(name="another", **fields)
    made = good(create(cron_expression="0 0 * * *"))
    found = [each["id"] for each in made["similar"]]
    assert found == ([str(other.pk)] if similar else [])


def test_the_same_name_in_other_capitals_is_similar(
    create, make_schedule: MakeSchedule
):
    by_name = make_schedule(name="ÜBER_%")
    make_schedule(name="ÜBER_% 2")
    made = good(create(name="über_%"))
    assert [each["id"] for each in made["similar"]] == [str(by_name.pk)]
