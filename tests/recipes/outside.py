"""How the recipes look from outside: `python -m tests.recipes.outside` in a copy of the
project that has followed all of them prints, for each, what its doors answer as JSON.
Its own database is thrown away.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from rest_framework.test import APIClient

from platform_site.http.description import Generator
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import fire_due
from schedules.tools import tools
from tests.recipes.changes import FIELD
from tests.workflows.running import run
from workflows.models import Workflow
from workflows.tools import ToolContext, call_tool

API = "/api/v1"
SCHEDULES = f"{API}/schedules/"


class Doors:
    """The doors of the site, for one superuser, and a workflow that schedules can start."""

    def __init__(self) -> None:
        self.user = User.objects.create_superuser("boss")
        self.api, self.site = APIClient(), Client()
        self.api.default_format = "json"
        self.api.force_authenticate(self.user)
        self.site.force_login(self.user)
        self.workflow = self.new_workflow(("start", "trigger_schedule", {}))

    def new_workflow(self, *nodes: tuple[str, str, dict[str, Any]]) -> Workflow:
        """One whose nodes follow one another."""
        made = self.api.post(f"{API}/workflows/", {"name": "nightly"}).json()
        ids = [node_id for node_id, _, _ in nodes]
        graph = {
            "nodes": [
                {"node_id": id_, "component_type": kind, "config": config}
                for id_, kind, config in nodes
            ],
            "edges": [
                {"source": source, "target": target} for source, target in pairwise(ids)
            ],
        }
        answer = self.api.put(f"{API}/workflows/{made['id']}/graph/", graph)
        assert answer.status_code == 200, answer.content
        return Workflow.objects.get(pk=made["id"])

    def new_schedule(self, **fields: Any) -> dict[str, Any]:
        body = {
            "name": "job",
            "workflow": str(self.workflow.pk),
            "interval_seconds": 60,
        }
        answer: dict[str, Any] = self.api.post(SCHEDULES, body | fields).json()
        return answer

    def page(self, schedule_id: str, name: str = "change") -> str:
        label = ScheduledJob._meta.label_lower.replace(".", "_")
        return reverse(f"admin:{label}_{name}", args=(schedule_id,))

    @cached_property
    def described(self) -> dict[str, Any]:
        """The schemas of the API's description."""
        schema = Generator().get_schema()
        found: dict[str, Any] = schema["components"]["schemas"]
        return found


def component(doors: Doors) -> dict[str, Any]:
    palette = doors.api.get(f"{API}/node-types/").json()["results"]
    (entry,) = (each for each in palette if each["type"] == "word_count")
    text = {"text": "{{ trigger.payload.text }}"}
    workflow = doors.new_workflow(
        ("start", "trigger_manual", {}), ("count", "word_count", text)
    )
    execution = run(workflow, {"text": "as simple as that"})
    answer = doors.api.get(f"{API}/executions/{execution.pk}/").json()
    outputs = {node["node_id"]: node["output"] for node in answer["node_runs"]}
    return {
        "palette": [entry["label"], entry["category"]],
        "execution": answer["status"],
        "output": outputs["count"],
    }


def field(doors: Doors) -> dict[str, Any]:
    refused = doors.new_schedule(**{FIELD: -1})
    made = doors.new_schedule(**{FIELD: 5})
    schedule = ScheduledJob.objects.get(pk=made["id"])
    page = doors.site.get(doors.page(made["id"]))
    shown = page.context["adminform"].form[FIELD]
    schemas = doors.described
    return {
        "refused": list(refused["errors"]),
        "answered": made[FIELD],
        "column": getattr(schedule, FIELD),
        "recorded": ScheduleEvent.objects.get(schedule=schedule).after[FIELD],
        "tools": tools["schedule_create"].input_schema["properties"][FIELD],
        "API takes": schemas["NewScheduleRequest"]["properties"][FIELD],
        "API answers": schemas["Schedule"]["properties"][FIELD]["description"],
        "admin": [
            shown.label,
            shown.help_text,
            f'name="{FIELD}" value="5"' in page.text,
        ],
    }


def verb(doors: Doors) -> dict[str, Any]:
    made = doors.new_schedule()
    rest = doors.api.post(f"{SCHEDULES}{made['id']}/annotate/", {"note": "REST"})
    address = doors.page(made["id"], "annotate")
    offered = f'action="{address}"' in doors.site.get(doors.page(made["id"])).text
    pressed = doors.site.post(address, {"note": "admin"})
    context = ToolContext(user=doors.user, clock=lambda: datetime.now(UTC))
    words = {"schedule_id": made["id"], "note": "tool"}
    called = call_tool(tools["schedule_annotate"], words, context)
    palette = doors.api.get(f"{API}/node-types/").json()["results"]
    events = doors.api.get(f"{SCHEDULES}{made['id']}/events/").json()["results"]
    return {
        "REST": rest.status_code,
        "button": [offered, pressed.status_code],
        "tool is refused": called.is_error,
        "node type": any(each["type"] == "schedule_annotate" for each in palette),
        "events": [
            [event["verb"], event["note"]]
            for event in reversed(events)
            if event["verb"] != "create"
        ],
    }


def policy(doors: Doors) -> dict[str, Any]:
    """The statuses of three ticks, none of whose runs a worker takes."""

    def ledger(overlap_policy: str) -> list[str]:
        made = doors.new_schedule(overlap_policy=overlap_policy)
        tick = datetime.fromisoformat(made["next_run_at"])
        for minute in range(3):
            fire_due(tick + timedelta(minutes=minute), schedule_id=made["id"])
        runs = doors.api.get(f"{SCHEDULES}{made['id']}/runs/").json()["results"]
        return [each["status"] for each in reversed(runs)]

    return {each: ledger(each) for each in ("queue", "queue_all")}


RECIPES = {
    "Add a component": component,
    "Add a field": field,
    "Add a verb": verb,
    "Add a policy": policy,
}


def main() -> None:
    setup_test_environment()
    call_command("makemigrations", verbosity=0)
    call_command("migrate", verbosity=0)
    doors = Doors()
    seen = {name: looked(recipe, doors) for name, recipe in RECIPES.items()}
    sys.stdout.write(json.dumps(seen))


def looked(recipe: Callable[[Doors], dict[str, Any]], doors: Doors) -> Any:
    """What a recipe shows, or why that cannot be seen: one does not hide the others."""
    try:
        return recipe(doors)
    except Exception:  # noqa: BLE001
        return traceback.format_exc()


if __name__ == "__main__":
    main()
