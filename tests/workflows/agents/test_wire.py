"""An agent node over the wire: a provider on loopback that speaks OpenAI's protocol."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pydantic_ai import models

from schedules.models import ScheduledJob, ScheduleEvent
from tests.api import client
from tests.openai_server import (
    Provider,
    answers,
    asks_for,
    calls,
    conversation,
    dawdles,
    fails,
    packs,
    provider,
    says,
    sends,
)
from tests.workflows.agents.conftest import (
    KEY,
    configure,
    give,
    kinds,
    node_of,
    run,
    start,
)
from workflows.execution.engine import run_execution
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
HALF = "\ud83d"  # of a surrogate pair


@pytest.fixture
def site(ostinato) -> Iterator[Provider]:
    with provider() as server, models.override_allow_model_requests(True):  # noqa: FBT003
        ostinato(AGENT_BASE_URL=server.url)
        yield server


def test_a_conversation_lists_creates_pauses_and_stops_a_schedule(
    agent: Workflow, site: Provider, owner: User
):
    verbs = ("list", "create", "pause", "stop")
    give(agent, *(f"schedule_{verb}" for verb in verbs))
    site.follow(*conversation("helper"))
    node = run(agent, say="Try it out.")
    assert node.status == "succeeded", node.error
    assert node.output["output"] == "I made, paused and removed the schedule."
    assert [each for each in kinds(node) if each != "model"] == [
        f"schedule_{verb}" for verb in verbs
    ]
    assert node.output["usage"] == {
        "requests": 5,
        "tool_calls": 4,
        "input_tokens": 200,
        "output_tokens": 10,
    }
    assert not ScheduledJob.objects.exists()
    events = ScheduleEvent.objects.order_by("id")
    trail = [(e.verb, e.actor_kind, e.actor_name, e.note) for e in events]
    assert trail == [
        ("create", "agent", "ada", ""),
        ("pause", "agent", "ada", "not yet"),
        ("stop", "agent", "ada", "no longer needed"),
    ]
    assert {event.execution_id for event in events} == {node.execution_id}


def test_the_provider_is_told_no_more_than_it_needs(agent: Workflow, site: Provider):
    secret = {"url": "https://x.example/a", "headers": {"Authorization": "s3cret"}}
    give(agent, fetch=("http_request", secret))
    configure(agent, instructions="Be short.")
    site.follow(says("Hello."))
    run(agent, say="Hi")
    (seen,) = site.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body["model"] == "test-model"
    system, user = seen.body["messages"]
    assert system["content"].startswith(
        "Be short.\n\nThe current time is 2026-11-23T12:00:00"
    )
    assert user == {"role": "user", "content": "Hi"}
    (tool,) = seen.body["tools"]
    assert tool["function"]["name"] == "http_request"
    assert "s3cret" not in json.dumps(seen.body)


def test_a_structured_answer_over_the_wire(agent: Workflow, site: Provider):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    configure(agent, output_schema=schema)
    site.follow(calls("final_result", {"n": "x"}), calls("final_result", {"n": 7}))
    assert run(agent).output["output"] == {"n": 7}
    sent = site.seen[-1].body["messages"][-1]
    assert sent["role"] == "tool"
    assert "n: Must be a whole number." in sent["content"]


def test_half_a_character_is_refused_in_arguments_and_replaced_in_texts(
    agent: Workflow, site: Provider, double
):
    configure(agent, output_schema={"type": "object"}, prompt="{{ '\\ud83d' }}!")
    give(agent, f=("call_function", double))
    site.follow(calls("double", {"n": HALF}), calls("final_result", {"name": HALF}))
    node = run(agent)
    assert node.output["output"] == {"name": "\ufffd"}
    (result,) = [call["result"] for call in node.output["calls"] if "tool" in call]
    assert result["error"]["code"] == "invalid_arguments"
    assert site.seen[-1].body["messages"][1]["content"] == "\ufffd!"


def test_half_a_character_that_would_go_back_to_the_model_fails_the_node(
    agent: Workflow, site: Provider, double
):
    give(agent, f=("call_function", double))
    site.follow(calls(f"double{HALF}"), says("Done."))
    node = run(agent)
    assert (node.status, len(site.seen)) == ("failed", 1)
    assert node.error == "The request to the model failed: UnicodeEncodeError."


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("reply", "error", "tries"),
    [
        (
            fails(401, f"Wrong key: {KEY[:6]}***{KEY[-4:]}"),
            "refused the key with status 401",
            1,
        ),
        (
            fails(403, KEY),
            "The provider refused the key with status 403 (AGENT_API_KEY).",
            1,
        ),
        (fails(404, "no model"), "The provider answered with status 404.", 1),
        (fails(400, f"Bad: {KEY}"), "The provider answered with status 400.", 1),
        (fails(500, f"Key {KEY[3:9]} is bad"), "answered with status 500.", 3),
        (
            sends(b'{"error": {"message": "No.", "code": "model_not_found"}}', 404),
            "The provider answered with status 404 (model_not_found).",
            1,
        ),
        (fails(400, "x\n" * 9000), "The provider answered with status 400.", 1),
        (fails(429, "slow down"), "The provider answered with status 429.", 3),
        (fails(500), "The provider answered with status 500.", 3),
        (sends(b"<h1>oops</h1>", 503), "The provider answered with status 503", 3),
        (sends(b"<h1>hello</h1>"), "is not a valid chat completion", 1),
        (sends(b'{"choices": []}'), "is not a valid chat completion", 1),
        (sends(b"[" * 200_000 + b"]" * 200_000), "is not a valid chat completion", 1),
        (answers(choices=[]), "is not a valid chat completion", 1),
        (answers(choices=[{"index": 0}]), "is not a valid chat completion", 1),
        (answers(created=10**20), "is not a valid chat completion", 1),
        (sends(b"x" * 5_000_000), "is larger than 4096 KiB", 1),
        (
            asks_for({"name": "x", "input": "y"}, "custom"),
            "is not a valid chat completion",
            1,
        ),
    ],
)
def test_a_provider_that_is_of_no_use_fails_the_node(
    agent: Workflow, site: Provider, no_pauses, reply, error, tries, log_lines
):
    site.follow(reply)
    node = run(agent)
    assert node.status == "failed"
    assert error in node.error
    assert len(node.error) < 400
    assert "\n" not in node.error
    assert kinds(node) == ["model"] * tries == ["model"] * len(site.seen)
    assert node.output["calls"][0]["error"] == node.error
    written = f"{node.error} {node.output} {node.input} {log_lines()}"
    assert KEY[3:9] not in written
    assert KEY[-4:] not in written


def test_a_provider_may_answer_in_gzip(agent: Workflow, site: Provider):
    site.headers = {"Content-Encoding": "gzip"}
    site.follow(packs(says("Hello.")))
    assert run(agent).output["output"] == "Hello."
    assert site.seen[0].headers["accept-encoding"] == "gzip, identity"


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("encoding", "status", "error"),
    [
        ("gzip, gzip", 200, "The response is encoded more than once."),
        ("gzip", 200, "The response is larger than 4096 KiB."),
        ("GZIP", 503, "The response is larger than 4096 KiB."),
        ("deflate", 200, "The response has another encoding than gzip."),
    ],
)
def test_a_bomb_of_a_provider_is_not_unpacked(
    agent: Workflow, site: Provider, encoding: str, status: int, error: str
):
    site.headers = {"Content-Encoding": encoding}
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    site.follow(sends(gzip.compress(bomb) if "," in encoding else bomb, status))
    began = time.process_time()
    node = run(agent)
    assert time.process_time() - began < 2
    assert node.error == error
    assert len(site.seen) == 1


def test_a_provider_that_is_down_fails_the_node(agent: Workflow, ostinato, no_pauses):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        ostinato(AGENT_BASE_URL=f"http://127.0.0.1:{closed.getsockname()[1]}")
    with models.override_allow_model_requests(True):  # noqa: FBT003 - its signature
        node = run(agent)
    assert node.error == "The provider cannot be reached (AGENT_BASE_URL)."
    assert kinds(node) == ["model"] * 3


def test_a_request_is_repeated_after_a_moment_of_overload(
    agent: Workflow, site: Provider, no_pauses
):
    site.follow(fails(429), fails(503), says("Here I am."))
    node = run(agent)
    assert node.output["output"] == "Here I am."
    assert node.output["usage"]["requests"] == 3


def test_nobody_waits_as_long_as_a_provider_may_wish(agent: Workflow, site: Provider):
    site.headers = {"Retry-After": "86400"}
    site.follow(fails(429))
    assert "429" in run(agent).error
    assert len(site.seen) == 1


def test_a_slow_provider_runs_out_of_time(agent: Workflow, site: Provider):
    configure(agent, max_seconds=1)
    site.follow(dawdles(5))
    began = time.monotonic()
    node = run(agent)
    assert time.monotonic() - began < 4
    assert (
        node.error
        == "The budget is spent: the maximum number of seconds is 1 (max_seconds)."
    )


def test_what_an_agent_did_is_read_over_the_api(
    agent: Workflow, site: Provider, owner: User
):
    give(agent, "schedule_list")
    site.follow(calls("schedule_list"), says("None."))
    execution = start(agent)
    run_execution(execution, clock=lambda: execution.created_at)
    read = client(owner).get(f"/api/v1/executions/{execution.pk}/").json()
    (shown,) = [run for run in read["node_runs"] if run["node_id"] == "agent"]
    assert shown["output"] == node_of(execution).output
    assert KEY not in json.dumps(read)
