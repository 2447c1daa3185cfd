"""What was there before Ostinato is as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import django_rq
from billing.models import Invoice
from billing.tasks import pickled
from django.contrib import admin
from people.admin import PersonAdmin
from people.models import Person

from tests.conftest import PROJECT, manage


def own_api(**env: str) -> dict[str, list]:
    run = subprocess.run(
        [sys.executable, "own_api.py"],
        cwd=PROJECT,
        env=os.environ | env,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_projects_api_answers_with_the_same_bytes() -> None:
    Invoice.objects.create(customer="one", amount=1)
    before, after = own_api(WITHOUT_OSTINATO="1"), own_api()
    statuses = {answer[0] for answer in before.values()}
    assert {200, 201, 301, 400, 403, 404, 405, 406} <= statuses
    for request, answer in before.items():
        assert after[request] == answer, request


def test_the_projects_queue_runs_what_it_pickled() -> None:
    job = django_rq.get_queue("high").enqueue(pickled, date(2026, 11, 28), Decimal(2))
    manage("rqworker", "high", "--burst")
    assert job.latest_result().return_value == (date(2026, 11, 28), Decimal(4))


def test_the_projects_page_of_a_user_is_its_own(client) -> None:
    assert type(admin.site.get_model_admin(Person)) is PersonAdmin
    page = client.get("/admin/people/person/").content.decode()
    assert "root@example.com" in page
    assert "Django administration" in page


def test_checks_are_clean_and_nothing_is_left_to_migrate() -> None:
    manage("check", "--fail-level", "WARNING")
    manage("makemigrations", "--check", "--dry-run")
    names = subprocess.run(
        [sys.executable, "-m", "platform_site.check"], cwd=PROJECT, capture_output=True
    )
    assert names.returncode == 0, names.stdout
