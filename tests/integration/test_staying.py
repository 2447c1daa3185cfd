"""Work processes that stay: what one run leaves behind, the next does not find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.graphs import add_graph
from tests.integration.processes import Manage, manage, wait_until
from tests.permissions import CALLS, allow
from triggers.manual import run_workflow
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)
Call = Callable[..., Any]
TRANSACTIONS = {"transaction", "block of a transaction"}


@pytest.fixture
def child_env(child_env: dict[str, str]) -> dict[str, str]:
    return child_env | {
        "WORKFLOW_FUNCTION_MODULES": "tests.integration.ways_to_leave",
        "WORK_PROCESS_MEGABYTES": "200",
        "EXECUTION_TIMEOUT_SECONDS": "10",
    }


@pytest.fixture
def worker(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    with manage(child_env, tmp_path, "rqworker", "--processes", "1") as process:
        yield process


@pytest.fixture
def call(workflow: Workflow) -> Call:
    """Calls a function in the worker, in the name of a user, and returns its output."""

    def call(
        name: str, owner: str = "bob", *, fails: bool = False, **arguments: str
    ) -> Any:
        user, _ = User.objects.get_or_create(username=owner)
        allow(user, *CALLS)
        mine, _ = Workflow.objects.get_or_create(name=owner, owner=user)
        mine.nodes.all().delete()
        work = ("call_function", {"function": name, "arguments": arguments})
        nodes = {"hand": ("trigger_manual", {}), "work": work}
        add_graph(mine, nodes, [("hand", "work")])
        run = run_workflow(mine, {}, user=user, now=timezone.now())

        def is_over() -> bool:
            run.refresh_from_db()
            return run.status in {"succeeded", "failed", "cancelled"}

        wait_until(is_over)
        if fails:
            assert run.status == "failed"
            return run.error
        assert run.status == "succeeded", run.error
        return run.node_runs.get(node_id="work").output

    return call


@pytest.mark.both_databases
@pytest.mark.usefixtures("worker")
def test_nothing_that_a_run_changes_is_found_by_the_next(call: Call) -> None:
    # Not above: its functions are to be known in this test only.
    from tests.integration.ways_to_leave import PUT_BACK

    before, first = call("look"), call("process")
    for what in PUT_BACK:
        if what in TRANSACTIONS:
            assert "did not end it" in call("leave", "alice", fails=True, what=what)
        else:
            call("leave", "alice", what=what)
        assert call("look") == before, what
        assert call("process") == first, f"{what}: replaced without need"


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
def test_a_process_in_which_a_run_left_what_cannot_be_put_back_is_replaced(
    call: Call,
) -> None:
    from tests.integration.ways_to_leave import NOT_PUT_BACK

    before = call("look")
    for what in NOT_PUT_BACK:
        first = call("process")
        call("leave", owner="alice", what=what)
        assert call("process") != first, what
        assert call("look") == before, what


@pytest.mark.both_databases
@pytest.mark.usefixtures("worker")
def test_a_run_whose_outcome_cannot_be_recorded_is_closed_with_its_process(
    call: Call,
) -> None:
    first = call("process")
    assert "An unexpected error ended the run" in call("break_the_record", fails=True)
    assert call("process") != first
