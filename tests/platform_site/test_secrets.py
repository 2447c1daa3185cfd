"""Secrets are shown once and then nowhere: not in logs, errors, rows or Redis."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from redis import Redis

from schedules.jobs import execute_scheduled_trigger
from schedules.models import ScheduledRun
from tests.graphs import add_graph
from tests.options import Options
from triggers import keys
from workflows.callables import declarations
from workflows.execution import jobs
from workflows.functions import workflow_function
from workflows.models import NodeRun, Workflow, WorkflowExecution, WorkflowNode

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct-horse-battery-staple"
API_KEY = "sk-live-0123456789abcdef"
# Where secrets are kept on purpose: the digest of the password, and the graph as its owner
# has drawn it.
KEPT_IN = {User, WorkflowNode}


def charge(amount: int, api_key: str) -> str:
    raise RuntimeError(f"{api_key} was refused")


@pytest.fixture
def functions_of_the_site() -> Iterator[None]:
    kept = dict(declarations.by_name)
    workflow_function(charge)
    yield
    declarations.by_name = kept


class Program:
    """Speaks to the API, and keeps every answer that is an error."""

    def __init__(self, authorization: str = "") -> None:
        headers = {"Authorization": authorization} if authorization else {}
        self.client = Client(headers=headers, raise_request_exception=False)
        self.errors: list[str] = []

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        text = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        answer = self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            text,
            content_type="application/json",
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )
        if answer.status_code >= 400:
            self.errors.append(answer.text + str(answer.headers))
        return answer


def in_redis(redis: Redis) -> str:
    readers: dict[bytes, Callable[[bytes], Any]] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": redis.xrange,
    }
    return "".join(
        repr((key, readers[redis.type(key)](key))) for key in redis.scan_iter("*")
    )


def in_rows() -> str:
    """Every row of every table, but where a secret is kept on purpose."""
    return "".join(
        repr(list(model.objects.values()))
        for model in apps.get_models()
        if model._meta.managed and model not in KEPT_IN
    )


def draw_the_graph(workflow: Workflow, token: str, site: str) -> None:
    """hook and start -> a call of the API with the token -> a function with a key."""
    bearer = {"Authorization": f"Bearer {token}"}
    url = f"{site}/api/v1/workflows/"
    add_graph(
        workflow,
        {
            "hook": ("trigger_webhook", {"signed": True}),
            "tick": ("trigger_schedule", {}),
            "fetch": ("http_request", {"url": url, "headers": bearer}),
            "pay": (
                "call_function",
                {"function": "charge", "arguments": {"amount": 5, "api_key": API_KEY}},
            ),
        },
        [("hook", "fetch"), ("tick", "fetch"), ("fetch", "pay")],
    )


def misuse_a_token(program: Program, token: str) -> None:
    program.send("POST", "schedules/", b"{")
    program.send("POST", "schedules/", {"name": "x\x00", "unknown": 1})
    program.send("GET", f"schedules/?token={token}")
    program.send("GET", f"workflows/?cursor={token}")
    program.send("DELETE", f"tokens/{token}/")


def call_the_hook(program: Program, token: str, key: str) -> None:
    body, now = b'{"n": 1}', int(timezone.now().timestamp())

    def signed(body: bytes) -> str:
        parts = keys.Signed(media_type="application/json", body=body)
        return keys.signature(key, parts, timestamp=now)

    good = signed(body)
    path = f"hooks/{token}/"
    started = program.send("POST", path, body, X_Ostinato_Signature=good)
    assert started.status_code == 202
    for signature, sent in (
        ("", body),
        (key, body),
        (good, b'{"n": 2}'),
        (signed(b"{"), b"{"),
        (good, b"x" * 100_000),
    ):
        wrong = program.send("POST", path, sent, X_Ostinato_Signature=signature)
        assert wrong.status_code in {400, 403, 413}
    program.send("GET", path)
    program.send("POST", f"hooks/{token}x/", body)
    program.send("POST", f"{path}?key={key}", body)
    for mistyped in mistyped_addresses(token):
        program.send("POST", mistyped, body)


def mistyped_addresses(token: str) -> list[str]:
    return [
        f"/api/v1/hooks/{token}",
        f"/api/v1/hooks//{token}/",
        f"/api/v1/hook/{token}/",
        f"/api/v1/Hooks/{token}/",
        f"/api/v1/{token}/",
        f"/hooks/{token}/",
        f"/mcp/?token={token}",
        f"/admin/?token={token}",
    ]


def sign_in(password: str) -> None:
    for attempt in (password, password + "!"):
        form = {"username": "ada", "password": attempt, "next": "/admin/"}
        Client().post("/admin/login/", form)


def test_nothing_that_was_shown_once_is_found_anywhere(
    redis: Redis,
    live_server: LiveServer,
    log_lines: Callable[[], str],
    functions_of_the_site: None,
    ostinato: Options,
) -> None:
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[live_server.url])
    ada = User.objects.create_superuser("ada", password=PASSWORD)
    sign_in(PASSWORD)
    browser = Program()
    browser.client.force_login(ada)
    token = browser.send("POST", "tokens/", {"name": "program"}).json()
    program = Program(f"Bearer {token['token']}")
    workflow = Workflow.objects.create(name="hooked", owner=ada)
    draw_the_graph(workflow, token["token"], live_server.url)
    hook = program.send("POST", f"workflows/{workflow.pk}/webhooks/hook/").json()
    hook_token, key = hook["url"].split("/")[-2], hook["signing_key"]

    misuse_a_token(program, token["token"])
    call_the_hook(program, hook_token, key)
    schedule = program.send(
        "POST",
        "schedules/",
        {"name": "s", "workflow": str(workflow.pk), "interval_seconds": 60},
    ).json()
    program.send("POST", f"schedules/{schedule['id']}/run/")
    run = ScheduledRun.objects.get()
    execute_scheduled_trigger(
        schedule["id"], run.scheduled_for.isoformat(), str(run.pk), 1
    )
    for execution in WorkflowExecution.objects.filter(status="pending"):
        jobs.run_execution(str(execution.pk))
    browser.send("DELETE", f"tokens/{token['id']}/")
    assert program.send("GET", "schedules/").status_code == 401
    basic = Program(f"Basic {PASSWORD}")
    basic.send("GET", "schedules/")
    # As uvicorn writes it of every request.
    line = '%s - "%s %s HTTP/%s" %d'
    for path in (
        f"/api/v1/schedules/?token={token['token']}",
        f"/api/v1/hooks/{hook_token}/",
        *mistyped_addresses(hook_token),
        *mistyped_addresses(token["token"]),
    ):
        logging.getLogger("uvicorn.access").info(
            line, "127.0.0.1", "GET", path, "1.1", 400
        )

    fetched = NodeRun.objects.filter(node_id="fetch", status="succeeded")
    assert fetched.count() == 2, "the token was used rightly"
    assert NodeRun.objects.filter(node_id="pay", status="failed").count() == 2
    places = {
        "the log": log_lines(),
        "an error": "".join(browser.errors + program.errors + basic.errors),
        "a row": in_rows(),
        "Redis": in_redis(redis),
    }
    assert "/hooks/***" in places["the log"]
    assert all(len(text) > 500 for text in places.values()), "there is where to look"
    secrets = {
        "token": token["token"],
        "token of the webhook": hook_token,
        "signing key": key,
        "password": PASSWORD,
        "key of the function": API_KEY,
    }
    found = [
        f"the {name} in {place}"
        for name, secret in secrets.items()
        for place, text in places.items()
        if secret in text
    ]
    assert found == []
