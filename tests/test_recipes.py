"""The recipes for those who carry on, each followed in a copy of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR

pytestmark = pytest.mark.heavy
COPIED = ("platform_site", "schedules", "triggers", "workflows", "tests")
NAME, HELP = "warn_after_seconds", "Warn about a run that takes longer. 0: never."

# "Add a field": the file, the line before which to write, and what. Then `makemigrations`.
NEW_FIELD = (
    (
        "schedules/models/schedule.py",
        "    pause_after_failures = models",
        f"    {NAME} = models.PositiveIntegerField(default=0)\n",
    ),
    (
        "schedules/services/drafts/fields.py",
        '    _tuning(\n        "pause_after_failures"',
        f'    FieldSpec("{NAME}", "{HELP}", bounds=(0, limits.DAY)),\n',
    ),
)


def test_a_field_needs_the_model_its_migration_and_the_table_to_be_at_every_door(
    tmp_path: Path,
) -> None:
    for name in COPIED:
        shutil.copytree(BASE_DIR / name, tmp_path / name)
    for path, before, line in NEW_FIELD:
        text = (tmp_path / path).read_text()
        assert text.count(before) == 1, path
        (tmp_path / path).write_text(text.replace(before, line + before))
    seen = subprocess.run(
        [sys.executable, "-m", "tests.new_field", NAME],
        cwd=tmp_path,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.returncode == 0, seen.stderr
    bounds = {"type": "integer", "minimum": 0, "maximum": 86_400}
    assert json.loads(seen.stdout) == {
        "refused": {NAME: ["Must be between 0 and 86400."]},
        "answered": 5,
        "column": 5,
        "recorded": 5,
        "tools": {"anyOf": [bounds, {"type": "null"}], "description": HELP},
        "API takes": bounds | {"description": HELP},
        "API answers": HELP,
        "admin": ["Warn after seconds", HELP, True],
    }
