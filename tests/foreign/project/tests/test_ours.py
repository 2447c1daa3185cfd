"""Ostinato in this project: its pages, its API, and its processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from billing.models import Invoice
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.conftest import manage, process, wait

API = "/ostinato/api/v1"
OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label.startswith("ostinato_")
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_each_of_our_pages_opens(model, client) -> None:
    name = f"admin:{model._meta.label_lower.replace('.', '_')}"
    page = client.get(reverse(f"{name}_changelist"), {"q": "x"})
    assert page.status_code == 200
    if admin.site.get_model_admin(model).has_add_permission(page.wsgi_request):
        assert client.get(reverse(f"{name}_add")).status_code == 200


@pytest.mark.parametrize(
    "address", ["healthz", "api/schema/", "api/docs/", "api/v1/schedules/"]
)
def test_each_address_is_under_the_one_that_was_included(address, client) -> None:
    assert client.get(f"/ostinato/{address}").status_code == 200


def test_our_api_takes_a_session_with_its_csrf_token_and_a_token(root) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(root)
    body = json.dumps({"name": "greeting"})
    sent = browser.post(f"{API}/workflows/", body, "application/json")
    assert sent.status_code == 403
    text = manage("create_token", "root@example.com").split()[-1]
    headers = {"Authorization": f"Bearer {text}"}
    sent = Client().post(f"{API}/workflows/", body, "application/json", headers=headers)
    assert sent.status_code == 201, sent.content
    assert sent.json()["owner"] == str(root.pk)
    assert Client().get(f"{API}/workflows/").status_code == 401


def test_our_api_answers_alike_whatever_the_defaults_of_the_project(client) -> None:
    refused = client.post(f"{API}/workflows/", "{}", "application/json")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"] == {"name": ["This field is required."]}
    assert client.get(f"{API}/schedules/?unknown=1").status_code == 400


@pytest.fixture(scope="module")
def at_work() -> Iterator[None]:
    with process("rqscheduler"), process("rqworker"):
        yield


@pytest.mark.parametrize(
    ("call", "arguments", "amount"),
    [
        ("billing.tasks.remind", {"customer": "remind", "on": "2026-11-28"}, "1.50"),
        ("billing.tasks.fetch", {"customer": "fetch"}, "2.00"),
        ("billing.tasks.archive", {"customer": "archive"}, "3.00"),
        ("close_month", {"customer": "close_month"}, "4.00"),
    ],
)
def test_a_callable_is_fired_for_real(
    call: str, arguments: dict, amount: str, client, at_work
) -> None:
    given = {
        "name": call,
        "call": call,
        "arguments": arguments,
        "schedule_type": "once",
        "run_at": (timezone.now() + timedelta(seconds=5)).isoformat(),
    }
    made = client.post(f"{API}/schedules/", json.dumps(given), "application/json")
    assert made.status_code == 201, made.content
    of_schedule = f"{API}/schedules/{made.json()['id']}/runs/"

    def ended():
        runs = client.get(of_schedule).json()["results"]
        return [run for run in runs if run["finished_at"]]

    (run,) = wait(ended)
    assert run["status"] == "succeeded", run
    invoice = Invoice.objects.get(customer=arguments["customer"])
    assert str(invoice.amount) == amount


def test_a_task_runs_on_its_own_backend_and_is_followed_there(client, at_work) -> None:
    given = {
        "name": "on its own backend",
        "call": "billing.tasks.archive",
        "arguments": {"customer": "backend"},
        "run_on": "backend",
        "schedule_type": "once",
        "run_at": (timezone.now() + timedelta(seconds=5)).isoformat(),
    }
    made = client.post(f"{API}/schedules/", json.dumps(given), "application/json")
    assert made.status_code == 201, made.content
    of_schedule = f"{API}/schedules/{made.json()['id']}/runs/"

    def runs(**wanted):
        found = client.get(of_schedule).json()["results"]
        return [run for run in found if wanted.items() <= run.items()]

    enqueued = wait(lambda: DBTaskResult.objects.filter(finished_at=None))
    assert len(enqueued) == 1
    assert runs(status="running")
    assert not Invoice.objects.filter(customer="backend").exists()
    manage("db_worker", "--batch", "--no-startup-delay")
    (run,) = wait(lambda: runs(status="succeeded"))
    assert DBTaskResult.objects.count() == 1
    nodes = client.get(f"{API}/executions/{run['execution']}/").json()["node_runs"]
    assert nodes[-1]["output"] == Invoice.objects.get(customer="backend").pk


def test_a_function_that_is_not_declared_is_refused(client) -> None:
    given = {"name": "x", "call": "billing.tasks.helper", "schedule_type": "manual"}
    refused = client.post(f"{API}/schedules/", json.dumps(given), "application/json")
    assert (refused.status_code, [*refused.json()["errors"]]) == (400, ["call"])
