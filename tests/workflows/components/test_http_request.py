from __future__ import annotations

import json
import socket
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.options import Options
from tests.workflows.http_servers import Server
from workflows.exceptions import NodeFailed
from workflows.registry import Context, Result, config_problems, registry

COMPONENT = registry.components["http_request"]


def call(url: str, **config: Any) -> Result:
    context = Context(
        trigger={"payload": {"n": 7}}, nodes={}, site={}, execution_id=uuid4()
    )
    return COMPONENT.run(COMPONENT.prepare({"url": url, **config}, context), context)


def refusal(url: str, **config: Any) -> str:
    with pytest.raises(NodeFailed) as failure:
        call(url, **config)
    return str(failure.value)


def test_the_answer_is_status_headers_and_body(server: Server):
    output = call(f"{server.url}/hello").output
    assert (output["status"], output["body"]) == (200, "hello")
    assert output["headers"]["set-cookie"] == "***"
    assert output["url"] == f"{server.url}/hello"


def test_a_json_body_is_parsed_and_what_only_claims_to_be_is_text(server: Server):
    assert call(f"{server.url}/json").output["body"] == {"n": 1}
    assert call(f"{server.url}/mislabelled").output["body"] == "{NaN"
    assert call(f"{server.url}/odd_charset").output["body"] == "hello"


def test_templates_fill_address_headers_and_bodies(server: Server):
    call(
        f"{server.url}/hello?n={{{{ trigger.payload.n }}}}",
        method="POST",
        headers={"X-N": "{{ trigger.payload.n }}"},
        json={"n": "{{ trigger.payload.n }}"},
    )
    call(f"{server.url}/hello", method="POST", body="n={{ trigger.payload.n }}")
    (method, path, headers, body), (_, _, _, text) = server.seen
    assert (method, path, headers["X-N"]) == ("POST", "/hello?n=7", "7")
    assert json.loads(body) == {"n": 7}
    assert text == b"n=7"


def test_an_unexpected_status_fails_the_node(server: Server):
    assert refusal(f"{server.url}/broken") == "The server answered with status 503."
    expected = call(f"{server.url}/broken", expected_status=[503])
    assert expected.output["body"] == "no"
    wrong = refusal(f"{server.url}/hello", expected_status=[201, 204])
    assert wrong == "The server answered with status 200; expected 201 or 204."


def test_at_most_five_redirects_are_followed(server: Server):
    assert call(f"{server.url}/redirect/4").output["body"] == "hello"
    assert "redirected more than 5 times" in refusal(f"{server.url}/redirect/5")


@pytest.mark.parametrize("path", ["large", "bomb"])
def test_a_large_answer_is_refused_packed_or_not(server: Server, path: str):
    assert refusal(f"{server.url}/{path}") == "The response is larger than 1024 KiB."


def test_the_deadline_holds_against_a_server_that_drips(server: Server):
    started = time.monotonic()
    assert refusal(f"{server.url}/drip", timeout=0.3) == (
        "No complete response within 0.3 s."
    )
    assert time.monotonic() - started < 6


def test_a_private_address_is_refused_before_it_is_connected_to(
    servers: tuple[Server, Server], ostinato: Options
):
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[])
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"):
        reason = refusal(f"http://{host}:{servers[0].server_port}/hello")
        assert "is not on the public internet" in reason
    assert not servers[0].seen


def test_each_hop_of_a_redirect_is_checked_again(
    server: Server, servers: tuple[Server, Server]
):
    server.elsewhere = f"{servers[1].url}/hello"
    assert "is not on the public internet" in refusal(f"{server.url}/elsewhere")
    server.elsewhere = "ftp://example.com/"
    assert "must start with http:// or https://" in refusal(f"{server.url}/elsewhere")
    assert not servers[1].seen


def test_secrets_do_not_follow_a_redirect_to_another_site(
    servers: tuple[Server, Server], ostinato: Options
):
    here, there = servers
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[here.url, there.url])
    here.elsewhere = f"{there.url}/hello"
    secrets = {"Authorization": "a", "X-API-Key": "b", "X-Plain": "c"}
    call(f"{here.url}/elsewhere", headers=secrets)
    arrived = there.seen[0][2]
    assert arrived["X-Plain"] == "c"
    assert not {"Authorization", "X-API-Key"} & arrived.keys()
    assert arrived["Host"] == f"127.0.0.1:{there.server_port}"


def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    server: Server, ostinato: Options, monkeypatch: pytest.MonkeyPatch
):
    """A resolver that answers differently the second time gains nothing."""
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[])
    answers = iter(["127.0.0.1"])

    def resolve(host: str, port: int, **kwargs: Any):
        address = (next(answers), port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr("workflows.safety.resolving.socket.getaddrinfo", resolve)
    reason = refusal(f"http://rebinding.example:{server.server_port}/hello")
    assert "rebinding.example" in reason
    assert not server.seen


def test_what_fails_below_http_is_told_in_words(server: Server):
    assert "cannot be resolved" in refusal("http://no.such.host.invalid/")
    assert "must start with http:// or https://" in refusal("file:///etc/passwd")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "is not on the public" in refusal(f"http://127.0.0.1:{port}/")
    header = {"Authorization": "s3cret{{ '\n' }}"}
    reason = refusal(f"{server.url}/hello", headers=header)
    assert reason == "The value of a header is not valid in HTTP."


def test_a_refused_connection_fails_the_node(ostinato: Options):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[url])
    assert "refused" in refusal(url)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "no address"}, "url"),
        ({"url": "http://x/{{ oops"}, "url"),
        ({"url": "http://x", "timeout": 61}, "timeout"),
        ({"url": "http://x", "timeout": 0}, "timeout"),
        ({"url": "http://x", "method": "BREW"}, "method"),
        ({"url": "http://x", "surprise": 1}, "surprise"),
        ({"url": "http://x", "headers": {"a b": "c"}}, "headers"),
        ({"url": "http://x", "headers": {"Host": "c"}}, "headers.Host"),
        ({"url": "http://x", "headers": {"A": 1}}, "headers.A"),
        ({"url": "http://x", "body": "a", "json": 1}, "json"),
        ({"url": "http://x", "json": {"a": ["{% if %}"]}}, "json.a[0]"),
        ({"url": "http://x", "expected_status": ["200"]}, "expected_status[0]"),
        ({"url": "http://x", "tool_name": "no name"}, "tool_name"),
    ],
)
def test_a_wrong_configuration_names_its_field(config, field):
    assert [path for path, _ in config_problems(COMPONENT, config)] == [field]
