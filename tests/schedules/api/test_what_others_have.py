"""What somebody else has is refused as what nobody has: neither is given away."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.graphs import add_graph, startable
from tests.schedules.api.conftest import SCHEDULES, Body, StaffApi, address, problems
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_someone_elses_workflow_is_refused_like_a_missing_one(
    api: APIClient, body: Body, bob: User
) -> None:
    theirs = Workflow.objects.create(name="bob's", owner=bob)
    answers = [
        api.post(SCHEDULES, body | {"workflow": workflow})
        for workflow in (str(theirs.id), "6f0bd4c4-25d4-4b29-8bd4-3ad11ff3ae50")
    ]
    assert problems(answers[0]) == {"workflow"}
    assert answers[0].json() == answers[1].json()
    assert not ScheduledJob.objects.exists()


@pytest.mark.parametrize("do", ["create", "change"])
def test_other_problems_do_not_reveal_which_of_them_exist(
    api: APIClient, body: Body, make_schedule: MakeSchedule, bob: User, do: str
) -> None:
    theirs = Workflow.objects.create(name="bob's", owner=bob)
    node = add_graph(theirs, {"start": ("trigger_schedule", {})})["start"]
    row = address(make_schedule())
    wrong = body | {"interval_seconds": None, "cron_expression": "61 * * * *"}

    def told(field: str, pk: Any) -> Any:
        sent = wrong | {field: pk}
        answer = api.post(SCHEDULES, sent) if do == "create" else api.patch(row, sent)
        assert field in problems(answer)
        return answer.json()

    nobodys = "6f0bd4c4-25d4-4b29-8bd4-3ad11ff3ae50"
    assert told("workflow", str(theirs.pk)) == told("workflow", nobodys)
    assert told("trigger_node", node.pk) == told("trigger_node", 10**9)


def test_staff_gives_a_schedule_only_what_its_owner_may_run(
    staff_api: StaffApi, make_schedule: MakeSchedule, alice: User, bob: User
) -> None:
    boss, row = staff_api("view", "change"), address(make_schedule())
    hers = startable("hers", alice)
    his = Workflow.objects.create(name="his", owner=bob)
    assert problems(boss.patch(row, {"workflow": str(his.pk)})) == {"workflow"}
    assert boss.patch(row, {"workflow": str(hers.pk)}).status_code == 200
