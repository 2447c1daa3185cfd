"""What an agent is told of a timing that is written as another program writes it."""

from __future__ import annotations

import pytest

from tests.schedules.timing.test_dialects import SUGGESTIONS
from tests.schedules.tools.conftest import CallTool

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", [*SUGGESTIONS][::6])
def test_a_preview_suggests_what_can_be_given_as_it_is(call: CallTool, written: str):
    refused = call("schedule_preview", cron_expression=written)
    assert refused.is_error
    suggestion = refused.content["error"]["suggestion"]
    assert suggestion == SUGGESTIONS[written]
    previewed = call("schedule_preview", **suggestion)
    assert not previewed.is_error, previewed.content
    assert len(previewed.content["ticks"]) == 5


def test_a_creation_suggests_what_can_be_given_as_it_is(create):
    refused = create(cron_expression="0 9 * * mon Europe/Berlin")
    suggestion = refused.content["error"]["suggestion"]
    assert suggestion["timezone"] == "Europe/Berlin"
    made = create(**suggestion)
    assert made.content["sentence"] == "At 09:00 on Mondays (Europe/Berlin)"


def test_a_type_that_is_not_that_of_the_field_is_refused(call: CallTool):
    refused = call("schedule_preview", schedule_type="once", interval_seconds=60)
    assert refused.content["error"]["problems"] == [
        {
            "field": "interval_seconds",
            "message": "A schedule of type once takes run_at, not interval_seconds.",
        }
    ]
