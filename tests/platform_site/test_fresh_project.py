"""A new project of Django's with our apps, and nothing set but where Redis is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR

pytestmark = pytest.mark.heavy

APPS = """
INSTALLED_APPS += [
    "django_rq", "rest_framework", "django_filters", "drf_spectacular",
    "workflows", "triggers.apps.TriggersConfig", "schedules.apps.SchedulesConfig", "platform_site",
]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
RQ_QUEUES = {"default": {"URL": "redis://127.0.0.1:6379/0"}, "high": {"HOST": "h", "PORT": 1}}
"""
IMMEDIATE = (
    "DATABASES['default']['OPTIONS'] = {'transaction_mode': 'IMMEDIATE', 'timeout': 20}"
)


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run("-m", "django", "startproject", "mine", ".")
        self.settings = folder / "mine" / "settings.py"
        self.add(APPS)

    def add(self, settings: str) -> None:
        with self.settings.open("a") as file:
            file.write(f"\n{settings}\n")

    def run(self, *command: str) -> str:
        kept = {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
        env = {name: os.environ[name] for name in os.environ.keys() - kept}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=env | {"PYTHONPATH": str(BASE_DIR)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def manage(self, *command: str) -> str:
        return self.run("manage.py", *command)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_it_is_told_nothing_but_to_set_up_sqlite_for_several_processes(
    project: Project,
) -> None:
    told = project.manage("check")
    assert "System check identified 1 issue (0 silenced)." in told
    assert f"HINT: Set {IMMEDIATE}, or use PostgreSQL." in told
    project.add(IMMEDIATE)
    assert "System check identified no issues" in project.manage("check")
    assert project.manage("makemigrations", "--check", "--dry-run") == (
        "No changes detected\n"
    )
    assert "Applying ostinato_schedules.0001_initial... OK" in project.manage("migrate")


def test_it_is_told_what_is_wrong_with_its_settings(project: Project) -> None:
    project.add('OSTINATO = {"FIRE_BATCH_SIZES": 3, "RUNS_KEPT_DAYS": "90"}')
    told = project.manage("check")
    assert 'HINT: Did you mean "FIRE_BATCH_SIZE"?' in told
    assert 'OSTINATO["RUNS_KEPT_DAYS"] is not valid: it must be a whole number' in told
    assert "Traceback" not in told


def test_it_is_told_which_app_it_lacks(project: Project) -> None:
    project.add('INSTALLED_APPS.remove("workflows")')
    why = "needs the app 'workflows': add 'workflows' to INSTALLED_APPS."
    assert project.manage("check").endswith(
        f"ImproperlyConfigured: The app 'triggers' {why}\n"
    )
    project.add('INSTALLED_APPS.remove("triggers.apps.TriggersConfig")')
    assert project.manage("check").endswith(
        f"ImproperlyConfigured: The app 'schedules' {why}\n"
    )


def test_it_is_told_what_its_tokens_lack(project: Project) -> None:
    project.add('INSTALLED_APPS.append("platform_site.accounts")')
    assert project.manage("check").endswith(
        "ImproperlyConfigured: The app 'platform_site.accounts' needs the app 'knox': add "
        "'knox' to INSTALLED_APPS.\n"
    )
    project.add("import sys; sys.modules['knox'] = None  # as if it were not installed")
    assert project.manage("check").endswith(
        "ImproperlyConfigured: The app 'platform_site.accounts' needs the package 'knox', "
        "which is not installed: run pip install 'ostinato[tokens]', or remove "
        "'platform_site.accounts' from INSTALLED_APPS.\n"
    )
    project.add("del sys.modules['knox']; INSTALLED_APPS.append('knox')")
    assert "System check identified 1 issue" in project.manage("check")
