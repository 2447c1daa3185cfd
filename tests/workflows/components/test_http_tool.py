"""`http_request` as a tool: what the node leaves open, a model fills in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User

from tests.workflows.http_servers import Server
from workflows.registry import config_problems, registry
from workflows.safety.own_site import is_own_site
from workflows.tools import Tool, ToolContext, ToolResult, call_tool

COMPONENT = registry.components["http_request"]


def tool(**config: Any) -> Tool:
    assert not list(config_problems(COMPONENT, config, is_tool=True))
    found = COMPONENT.as_tool(config)
    assert found
    return found


def call_it(tool: Tool, **arguments: Any) -> ToolResult:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return call_tool(tool, arguments, ToolContext(user=User(), clock=lambda: now))


def test_as_a_tool_a_model_fills_in_what_the_node_leaves_open(server: Server):
    fetch = tool(url=f"{server.url}/json", headers={"X-Api-Key": "s3cret"})
    assert fetch.name == "http_request"
    assert not {"url", "headers", "tool_name"} & fetch.input_schema["properties"].keys()
    assert "s3cret" not in json.dumps([fetch.input_schema, fetch.description])
    answer = call_it(fetch, method="POST", body="{{ 6 * 7 }}").content
    assert answer["body"] == {"n": 1}
    method, _, headers, body = server.seen[-1]
    assert (method, headers["X-Api-Key"]) == ("POST", "s3cret")
    assert body == b"{{ 6 * 7 }}"  # a model's words are words
    refused = call_it(fetch, url="http://example.com").content["error"]
    assert refused["problems"][0]["message"] == "This field does not exist."


def test_a_model_does_not_see_what_is_meant_for_forms():
    assert "x-unit" in COMPONENT.config_schema["properties"]["timeout"]
    assert "x-" not in json.dumps(tool().input_schema["properties"])


def test_as_a_tool_it_is_guarded_as_ever(server: Server, servers):
    fetch = tool()
    assert "expected" not in call_it(fetch, url=f"{server.url}/hello").content
    for arguments, says in (
        ({"url": servers[1].url}, "not on the public internet"),
        ({"url": f"{server.url}/broken"}, "The server answered with status 503."),
        ({"url": f"{server.url}/large"}, "larger than 1024 KiB"),
        ({"url": server.url, "headers": {"Host": "x"}}, "is set automatically"),
        ({"url": server.url, "body": "a", "json": 1}, "not both"),
        ({"url": "{{ site.url }}"}, "must start with http:// or https://"),
    ):
        result = call_it(fetch, **arguments)
        assert result.is_error
        assert says in result.text


def test_a_tool_has_the_name_and_the_hints_that_fit():
    weather = tool(url="http://x", method="GET", tool_name="weather")
    assert (weather.name, weather.hints.read_only) == ("weather", True)
    assert tool(tool_description="Asks the oracle.").description == "Asks the oracle."
    assert tool().hints.destructive


def test_a_secret_goes_to_an_address_that_is_fixed():
    config = {"headers": {"Authorization": "s3cret"}}
    problems = list(config_problems(COMPONENT, config, is_tool=True))
    assert [path for path, _ in problems] == ["url"]


def test_as_a_tool_it_does_not_call_its_own_site(server: Server, ostinato: Any):
    ostinato(SITE_URL=server.url)
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[server.url])
    for fetch, arguments in (
        (tool(), {"url": f"{server.url}/mcp/"}),
        (tool(url=f"{server.url}/hook/"), {"method": "POST"}),
    ):
        error = call_it(fetch, **arguments).content["error"]
        assert error["code"] == "own_site"
        assert "schedule tools or run_workflow" in error["remedy"]
        assert error["problems"][0]["field"] == "url"
    assert server.seen == []
    config = {"url": f"{server.url}/hello"}
    context: Any = None
    assert COMPONENT.run(config, context).output["status"] == 200  # people may


def test_no_redirect_leads_a_tool_to_its_own_site(servers, ostinato: Any):
    site, elsewhere = servers
    ostinato(SITE_URL=site.url)
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[site.url, elsewhere.url])
    elsewhere.elsewhere = f"{site.url}/hello"
    result = call_it(tool(), url=f"{elsewhere.url}/elsewhere")
    assert result.content["error"]["code"] == "own_site"
    assert site.seen == []


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("https://site.example/api/", True),
        ("http://SITE.example.:8443/", True),
        ("https://www.site.example", True),
        ("http://127.0.0.1:443/", True),
        ("https://[::1]/", True),
        ("http://127.0.0.1:9000/", False),
        ("https://other.site.example/", False),
        ("https://example.com/", False),
    ],
)
def test_every_name_of_the_site_is_its_own(
    settings: Any, ostinato: Any, address: str, is_own
):
    ostinato(SITE_URL="https://site.example")
    hosts = ["www.site.example", "127.0.0.1", "[::1]", ".site.example", "*"]
    settings.ALLOWED_HOSTS = hosts
    assert is_own_site(httpx.URL(address)) is is_own


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("http://127.0.0.1:9000/", True),
        ("http://localhost/", True),
        ("https://example.com/", False),
        ("https://other.example/", False),
    ],
)
def test_without_an_address_of_its_own_any_port_of_the_machine_may_be_the_site(
    settings: Any, ostinato: Any, address: str, is_own
):
    ostinato(SITE_URL="")
    settings.DEBUG, settings.ALLOWED_HOSTS = True, []
    assert is_own_site(httpx.URL(address)) is is_own
    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["example.com", "127.0.0.1"]
    assert is_own_site(httpx.URL("https://example.com/"))
    assert is_own_site(httpx.URL("http://127.0.0.1:9000/"))
    assert not is_own_site(httpx.URL("http://localhost/"))
