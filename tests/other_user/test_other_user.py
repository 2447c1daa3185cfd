from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.heavy
def test_a_project_with_a_user_model_of_its_own_is_served_at_every_door() -> None:
    """In a process of its own, as a process has one user model."""
    options = ["-q", "-p", "no:cacheprovider", "-n", "0", "--create-db"]
    marks = "both_databases" if connection.vendor == "postgresql" else ""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-m", marks, HERE / "journeys.py"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.other_user.settings"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-1000:]
    assert " passed" in run.stdout
