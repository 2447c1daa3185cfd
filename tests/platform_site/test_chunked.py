"""Bodies of no stated length, as WSGI servers hand them over."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.auth.models import User
from redis import Redis

from platform_site.accounts.models import ApiToken
from platform_site.wsgi import application
from workflows.models import Workflow, WorkflowExecution

MIB = 1024 * 1024
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(owner: User) -> str:
    return str(ApiToken.objects.create(user=owner)[1])


def post(workflow: Workflow, token: str, body: bytes, **server: Any) -> tuple[str, Any]:
    """The status, and the JSON of the answer."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/api/v1/workflows/{workflow.pk}/run/",
        "CONTENT_TYPE": "application/json",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        **server,
    }
    setup_testing_defaults(environ)
    said: list[str] = []
    answer = application(environ, lambda status, headers: said.append(status))
    return said[0], json.loads(b"".join(answer))


def test_a_body_is_taken_that_ends_with_its_stream(
    workflow: Workflow, token: str, redis: Redis
):
    body = b'{"payload": {"n": 1}}'
    status, _ = post(workflow, token, body, **{"wsgi.input_terminated": True})
    assert status == "202 Accepted"
    assert WorkflowExecution.objects.get().event["payload"] == {"n": 1}


def test_a_body_that_is_too_large_is_refused(workflow: Workflow, token: str):
    body = b" " * (MIB + 1)
    status, told = post(workflow, token, body, **{"wsgi.input_terminated": True})
    assert status == "413 Request Entity Too Large"
    assert told["errors"] == {"body": ["At most 1,048,576 bytes."]}


def test_a_body_whose_end_nobody_knows_is_not_taken_for_none(
    workflow: Workflow, token: str
):
    status, told = post(workflow, token, b'{"payload": {"n": 1}}')
    assert (status, told["code"]) == ("411 Length Required", "length_required")
    assert not WorkflowExecution.objects.exists()
