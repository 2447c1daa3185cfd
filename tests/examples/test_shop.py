"""The example project, in a process of its own: its settings are not ours."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from platform_site.local.data_dir import BASE_DIR

pytestmark = pytest.mark.heavy
SHOP = BASE_DIR / "examples" / "shop"


def run(*command: str) -> str:
    """What a command of Python prints in the folder of the shop."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG"}
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=SHOP,
        # As if the package were installed. Nobody listens at that address.
        env=kept | {"PYTHONPATH": str(BASE_DIR), "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests_pass_with_the_test_kit() -> None:
    plugins = ("-p", "no:randomly", "-p", "no:cacheprovider")
    kit = ("-p", "schedules.testing.plugin")
    assert "9 passed" in run("-m", "pytest", "-q", *plugins, *kit)


def test_nothing_is_wrong_with_its_settings() -> None:
    assert "no issues" in run("manage.py", "check")
    assert "No changes" in run("manage.py", "makemigrations", "--check")
