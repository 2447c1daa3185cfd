"""Whatever is sent, the API answers as its description says, and never with an error of ours."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings
from pytest_django.live_server_helper import LiveServer
from redis import Redis
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

from platform_site.accounts.models import ApiToken
from platform_site.local.data_dir import BASE_DIR
from schedules.models import ScheduledJob
from tests.schedules.conftest import (  # noqa: F401 fixtures
    MakeSchedule,
    alice,
    make_schedule,
    workflow,
)
from workflows.models import Workflow, WorkflowExecution

schema = schemathesis.openapi.from_path(str(BASE_DIR / "docs" / "openapi.yaml"))
ROWS = {
    "schedules": ScheduledJob,
    "workflows": Workflow,
    "executions": WorkflowExecution,
}


@pytest.fixture
def token(alice: User, make_schedule: MakeSchedule, workflow: Workflow) -> str:  # noqa: F811
    """The client of a user who has one of everything."""
    make_schedule()
    WorkflowExecution.objects.create(
        workflow=workflow, owner=alice, trigger_type="manual", trigger_node_id="start"
    )
    return str(ApiToken.objects.create(user=alice)[1])


def _test_of(operation: str) -> Any:
    """A test of one operation, which pytest takes for a function of its own: parametrized,
    all of them would have one id, and of these xdist runs one."""

    @schema.include(operation_id=operation).parametrize()
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.slow
    def test(case: Any, redis: Redis, token: str, live_server: LiveServer) -> None:
        kind = case.path.split("/")[3]
        row = ROWS[kind].objects.first() if kind in ROWS else None
        is_positive = case.meta.generation.mode.is_positive
        if row and "id" in case.path_parameters and is_positive:
            case.path_parameters["id"] = str(row.pk)
        case.call_and_validate(
            base_url=live_server.url,
            headers={"Authorization": f"Bearer {token}"},
            # A schema cannot express many rules (such as an hour that a zone skips), and an
            # empty filter is refused. Which bodies are refused is tested elsewhere.
            excluded_checks=[positive_data_acceptance, negative_data_rejection],
        )

    return test


OPERATIONS = [
    operation.ok().definition.raw["operationId"]
    for operation in schema.get_all_operations()
]
for each in OPERATIONS:
    globals()[f"test_{each}_keeps_to_its_description"] = _test_of(each)


@pytest.mark.slow
def test_every_operation_of_the_description_has_a_test_of_its_own() -> None:
    assert OPERATIONS
    assert len(set(OPERATIONS)) == len(OPERATIONS)
