"""What each door has of a new field: `python -m tests.new_field NAME` in a copy of the project
that has followed the recipe "add a field" prints it as JSON. Its own database is thrown away.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduleEvent
from schedules.tools import tools
from tests.graphs import add_graph
from workflows.models import Workflow

SCHEDULES = "/api/v1/schedules/"


def main(name: str) -> None:
    setup_test_environment()
    call_command("makemigrations", verbosity=0)
    call_command("migrate", verbosity=0)
    boss = User.objects.create_superuser("boss")
    workflow = Workflow.objects.create(name="nightly", owner=boss)
    add_graph(workflow, {"start": ("trigger_schedule", {})})
    api, site = APIClient(), Client()
    api.default_format = "json"
    api.force_authenticate(boss)
    site.force_login(boss)
    body = {"name": "job", "workflow": str(workflow.pk), "interval_seconds": 60}
    refused = api.post(SCHEDULES, body | {name: -1}).json()
    made = api.post(SCHEDULES, body | {name: 5}).json()
    schedule = ScheduledJob.objects.get()
    label = schedule._meta.label_lower.replace(".", "_")
    page = site.get(reverse(f"admin:{label}_change", args=(schedule.pk,)))
    field = page.context["adminform"].form[name]
    described = SchemaGenerator().get_schema(public=True)["components"]["schemas"]
    seen = {
        "refused": refused["errors"],
        "answered": made[name],
        "column": getattr(schedule, name),
        "recorded": ScheduleEvent.objects.get().after[name],
        "tools": tools["schedule_create"].input_schema["properties"][name],
        "API takes": described["NewScheduleRequest"]["properties"][name],
        "API answers": described["Schedule"]["properties"][name]["description"],
        "admin": [
            field.label,
            field.help_text,
            f'name="{name}" value="5"' in page.text,
        ],
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1])
