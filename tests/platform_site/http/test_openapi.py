"""The description of the API: true, complete, and served without the internet."""

from __future__ import annotations

import re
from contextlib import closing
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from platform_site.http.description import Generator
from platform_site.http.openapi import PROBLEM
from platform_site.local.data_dir import BASE_DIR
from tests.api import client as api_client
from workflows.kit.api.dry_run import DryRun
from workflows.kit.api.preconditions import VersionedView
from workflows.kit.api.queries import StrictQuery
from workflows.kit.api.strict import StrictSerializer

COMMITTED = BASE_DIR / "docs" / "openapi.yaml"
SCRIPT = re.compile(r'(?:src|href)="([^"]+)"')


def test_the_committed_description_is_that_of_the_code() -> None:
    fresh = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=fresh)
    renew = "renew it: manage.py spectacular --file docs/openapi.yaml"
    assert fresh.getvalue().strip() == COMMITTED.read_text().strip(), renew


@pytest.mark.parametrize(
    "words", [DryRun, StrictQuery, StrictSerializer, VersionedView]
)
def test_the_description_leaves_out_what_only_developers_need(words: type) -> None:
    assert str(words.__doc__).splitlines()[0] not in COMMITTED.read_text()


def test_every_operation_says_what_it_does() -> None:
    paths = Generator().get_schema()["paths"]
    told = [
        operation.get("description", "")
        for operations in paths.values()
        for operation in operations.values()
    ]
    assert all(told)
    assert sorted(told) == sorted(set(told))


def test_the_example_of_a_problem_is_one(owner: User) -> None:
    body = {"cron_expression": "61 * * * *"}
    answer = api_client(owner).post("/api/v1/schedules/preview/", body, format="json")
    assert answer.json() == PROBLEM["example"]


VERBS = ("pause", "resume", "approve", "decline", "run", "backfill")


def test_headers_are_described_where_they_are_taken_and_sent() -> None:
    paths = Generator().get_schema()["paths"]
    row = "/api/v1/schedules/{id}/"
    graph = "/api/v1/workflows/{id}/graph/"
    for path, method in (
        (row, "patch"),
        (row, "delete"),
        *((f"{row}{verb}/", "post") for verb in VERBS),
        ("/api/v1/workflows/{id}/", "patch"),
        ("/api/v1/workflows/{id}/", "delete"),
        (graph, "put"),
    ):
        operation = paths[path][method]
        assert "If-Match" in [found["name"] for found in operation["parameters"]]
        assert "412" in operation["responses"]
    for path, method, status in (
        (row, "get", "200"),
        (row, "patch", "200"),
        ("/api/v1/schedules/", "post", "201"),
        (f"{row}resume/", "post", "200"),
        (graph, "get", "200"),
        (graph, "put", "200"),
    ):
        assert "ETag" in paths[path][method]["responses"][status]["headers"]
    assert "headers" not in paths["/api/v1/schedules/"]["get"]["responses"]["200"]
    assert "412" not in paths["/api/v1/schedules/"]["post"]["responses"]
    started = paths["/hooks/{token}/"]["post"]["responses"]["202"]
    assert "Location" in started["headers"]


@pytest.mark.heavy
def test_the_description_is_served(client: Client) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert answer.content.decode().startswith("openapi: 3.")


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
        ("?format=json", "text/html", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "application/json", "application/vnd.oai.openapi"),
        ("", "application/json", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
    ],
)
def test_the_description_is_served_in_the_requested_format(
    client: Client, query: str, accept: str, media_type: str
) -> None:
    answer = client.get(f"/api/schema/{query}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    if media_type.endswith("json"):
        assert answer.json()["openapi"].startswith("3.")
    else:
        assert answer.content.startswith(b"openapi: 3.")


@pytest.mark.parametrize("query", ["?format=xml", "?format=", "?format=json&lang=de"])
def test_another_format_is_refused_by_name(client: Client, query: str) -> None:
    answer = client.get(f"/api/schema/{query}")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) < {"format", "lang"}


@pytest.mark.django_db
def test_the_pages_to_browse_it_need_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    parts = SCRIPT.findall(page.content.decode())
    assert len(parts) >= 3
    for part in parts:
        assert part.startswith("/")
        with closing(client.get(part)) as file:
            assert file.status_code == 200, part
    assert "<script>" not in page.content.decode()


@pytest.mark.heavy
def test_only_the_pages_of_the_description_may_write_styles(client: Client) -> None:
    docs = client.get("/api/docs/").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in docs
    assert "script-src" not in docs  # 'self', by default-src
    others = client.get("/api/schema/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in others


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
@pytest.mark.django_db
def test_their_errors_are_problems_as_all_others(client: Client, path: str) -> None:
    answers = {
        400: client.get(f"{path}?version=%0d%0aX:1&lang=de"),
        401: client.get(path, headers={"Authorization": "Bearer wrong"}),
        405: client.post(path),
        406: client.get(path, headers={"Accept": "image/png"}),
    }
    for status, answer in answers.items():
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert set(answers[400].json()["errors"]) == {"version", "lang"}
