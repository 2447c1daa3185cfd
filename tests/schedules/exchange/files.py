"""A small file of a workflow, and what is changed in it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.contrib.auth.models import User

from schedules.exchange import Imported, check_import, import_workflow
from tests.schedules.conftest import NOON

FILE: dict[str, Any] = {
    "format": "ostinato/workflow",
    "version": 1,
    "workflow": {"name": "greeting", "description": "Says hello."},
    "graph": {
        "nodes": [
            {"node_id": "tick", "component_type": "trigger_schedule"},
            {
                "node_id": "fetch",
                "component_type": "http_request",
                "label": "Fetch",
                "config": {"url": "https://example.com/"},
                "position": {"x": 320, "y": 160},
            },
        ],
        "edges": [{"source": "tick", "target": "fetch"}],
    },
    "schedules": [
        {"name": "daily", "cron_expression": "0 9 * * *", "trigger_node": "tick"},
        {"name": "hourly", "interval_seconds": 3600, "tags": ["a"]},
    ],
}


def file(**changes: Any) -> dict[str, Any]:
    """The file with other values at paths such as `schedules__0__name`."""
    value = deepcopy(FILE)
    for path, new in changes.items():
        *steps, last = [int(s) if s.isdecimal() else s for s in path.split("__")]
        part: Any = value
        for step in steps:
            part = part[step]
        part[last] = new
    return value


def imported(value: Any, user: User, name: str = "") -> Imported:
    checked = check_import(value, user=user, now=NOON, name=name)
    return import_workflow(checked, user=user, now=NOON)
