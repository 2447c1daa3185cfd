"""The recipes of CONTRIBUTING.md, followed in a copy of the project and seen from outside."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest

from platform_site.local.data_dir import BASE_DIR
from tests.recipes.changes import CHANGES, FIELD, HELP

APPS = ("platform_site", "schedules", "triggers", "workflows")

# The copy is made, migrated and looked at once.
pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("recipes")]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project = tmp_path_factory.mktemp("project")
    for name in (*APPS, "tests"):
        shutil.copytree(BASE_DIR / name, project / name)
    for changes in CHANGES.values():
        for change in changes:
            change.make(project)
    looked = subprocess.run(
        [sys.executable, "-m", "tests.recipes.outside"],
        cwd=project,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 0, looked.stderr
    found: dict[str, Any] = json.loads(looked.stdout)
    return found


@pytest.mark.parametrize("recipe", CHANGES)
def test_a_recipe_names_the_files_that_following_it_changes(recipe: str) -> None:
    text = (BASE_DIR / "CONTRIBUTING.md").read_text()
    (steps,) = re.findall(
        rf"^### {recipe}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE
    )
    named = set(re.findall(r"^\d\. `([\w/]+\.py)`", steps, re.MULTILINE))
    assert named == {change.path for change in CHANGES[recipe]}


def test_a_component_needs_its_file_to_be_in_the_palette_and_to_run(
    seen: dict[str, Any],
) -> None:
    assert seen["Add a component"] == {
        "palette": ["Word count", "Text"],
        "execution": "succeeded",
        "output": {"words": 4},
    }


def test_a_field_needs_the_model_its_migration_and_the_table_to_be_at_every_door(
    seen: dict[str, Any],
) -> None:
    bounds = {"type": "integer", "minimum": 0, "maximum": 86_400}
    assert seen["Add a field"] == {
        "refused": [FIELD],
        "answered": 5,
        "column": 5,
        "recorded": 5,
        "tools": {"anyOf": [bounds, {"type": "null"}], "description": HELP},
        "API takes": bounds | {"description": HELP},
        "API answers": HELP,
        "admin": ["Warn after seconds", HELP, True],
    }


def test_a_verb_works_over_rest_by_a_button_and_as_a_tool(seen: dict[str, Any]) -> None:
    assert seen["Add a verb"] == {
        "REST": 200,
        "button": [True, 302],
        "tool is refused": False,
        "node type": True,
        "events": [["annotate", "REST"], ["annotate", "admin"], ["annotate", "tool"]],
    }


def test_a_policy_decides_what_becomes_of_ticks(seen: dict[str, Any]) -> None:
    assert seen["Add a policy"] == {
        "queue": ["pending", "waiting", "skipped"],
        "queue_all": ["pending", "waiting", "waiting"],
    }
