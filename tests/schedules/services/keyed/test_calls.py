"""Application code keeps schedules that call functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules import Schedule, cancel, every, upsert
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import Actor, update_schedule
from tests.schedules.calls import REMIND, TIDY, alice, callables  # noqa: F401 fixtures
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KEY = "invoice-42"


@pytest.fixture
def code(alice: User) -> Any:  # noqa: F811 the fixture
    def act(**other: Any) -> Any:
        fields: dict[str, Any] = {"owner": alice, "timing": every(days=1)}
        fields |= {"call": REMIND, "arguments": {"customer": "Ada"}}
        return upsert(KEY, **(fields | other))

    return act


def row() -> ScheduledJob:
    return ScheduledJob.objects.get(key=KEY)


def test_a_call_with_python_values_is_kept_as_plain_data(code: Any) -> None:
    arguments = {"customer": "Ada", "since": date(2026, 1, 31)}
    assert code(arguments=arguments).outcome == "created"
    assert row().arguments == {"customer": "Ada", "since": "2026-01-31"}
    assert (row().call, row().workflow.call) == (REMIND, REMIND)
    assert code(arguments=arguments).outcome == "unchanged"
    changed = code(arguments={"customer": "Bob"})
    assert (changed.outcome, row().arguments) == ("changed", {"customer": "Bob"})


def test_all_schedules_of_an_owner_share_the_workflow_of_a_call(
    alice: User,  # noqa: F811 the fixture
) -> None:
    upsert(
        Schedule(
            f"key {number}",
            owner=alice,
            timing=every(days=1),
            call=REMIND if number % 2 else TIDY,
            arguments={"customer": "Ada"} if number % 2 else None,
        )
        for number in range(20)
    )
    assert Workflow.objects.count() == 2
    assert ScheduledJob.objects.filter(workflow__call=REMIND).count() == 10


def test_another_call_takes_the_place_of_the_first(code: Any) -> None:
    code()
    assert code(call=TIDY, arguments=None).outcome == "changed"
    assert (row().call, row().arguments, row().workflow.call) == (TIDY, {}, TIDY)
    assert Workflow.objects.count() == 1
    assert cancel(KEY)
    assert not Workflow.objects.exists()


def test_a_workflow_takes_the_place_of_a_call_and_back(
    code: Any, workflow: Workflow
) -> None:
    code()
    assert code(call=None, arguments=None, workflow=workflow).outcome == "changed"
    assert (row().call, row().workflow, row().arguments) == ("", workflow, {})
    assert Workflow.objects.count() == 1
    assert code().outcome == "changed"
    assert (row().call, Workflow.objects.count()) == (REMIND, 2)


def test_a_call_that_a_person_chose_is_kept_with_its_arguments(
    code: Any,
    alice: User,  # noqa: F811 the fixture
) -> None:
    code()
    fields = {"call": TIDY, "arguments": {}}
    now = datetime.now(UTC)
    update_schedule(row().pk, fields, actor=Actor.person(alice), now=now)
    result = code(arguments={"customer": "Bob"}, max_retries=1)
    assert {each.field for each in result.kept} == {"call", "arguments"}
    assert (row().call, row().arguments, row().max_retries) == (TIDY, {}, 1)
    assert code(force=True).outcome == "changed"
    assert (row().call, row().arguments) == (REMIND, {"customer": "Ada"})


@pytest.mark.parametrize("other", [{"call": TIDY}, {"call": None}])
def test_a_call_to_which_a_person_has_given_arguments_is_kept_with_them(
    code: Any,
    alice: User,  # noqa: F811 the fixture
    workflow: Workflow,
    other: dict[str, Any],
) -> None:
    """They fit no other target, and one such schedule would have a whole list refused."""
    code()
    fields = {"arguments": {"customer": "Eve"}}
    update_schedule(row().pk, fields, actor=Actor.person(alice), now=datetime.now(UTC))
    other |= {"arguments": None, "workflow": None if other["call"] else workflow}
    result = code(**other, max_retries=1)
    assert {"call", "arguments"} <= {each.field for each in result.kept}
    assert (row().call, row().arguments["customer"]) == (REMIND, "Eve")
    assert row().max_retries == 1
    assert code(**other, max_retries=1).kept == result.kept
    assert code(**other, force=True).outcome == "changed"
    assert (row().call, row().arguments) == (other["call"] or "", {})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"call": "tests.nothing"}, "call"),
        ({"arguments": {}}, "arguments.customer"),
        ({"arguments": {"customer": 5}}, "arguments.customer"),
        ({"arguments": {"customer": "Ada", "dais": 3}}, "arguments.dais"),
        ({"arguments": {"customer": object()}}, "arguments.customer"),
        ({"arguments": "Ada"}, "arguments"),
        ({"run_on": "backend"}, "run_on"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    code: Any, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        code(**fields)
    assert refused.value.errors.keys() == {field}
    assert not Workflow.objects.exists()


def test_what_json_cannot_hold_is_refused_in_a_sentence(code: Any) -> None:
    with pytest.raises(InvalidSchedule, match="This value contains a number that JSON"):
        code(arguments={"customer": float("nan")})


def test_arguments_without_an_end_are_refused_at_their_field(code: Any) -> None:
    within: list[Any] = []
    within.append(within)
    with pytest.raises(InvalidSchedule, match="nested more than 100") as refused:
        code(arguments={"customer": within})
    assert refused.value.errors.keys() == {"arguments.customer"}


def test_the_owner_must_be_allowed_to_call(code: Any, bob: User) -> None:
    with pytest.raises(InvalidSchedule, match="permission") as refused:
        code(owner=bob)
    assert refused.value.errors.keys() == {"call"}


def test_a_call_and_a_workflow_exclude_each_other(
    code: Any, workflow: Workflow
) -> None:
    with pytest.raises(InvalidSchedule):
        code(workflow=workflow)
