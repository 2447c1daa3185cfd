"""The doctor of a project that has just installed Ostinato: what is missing, in order."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from platform_site.local.data_dir import BASE_DIR
from schedules.causes import Severity
from schedules.services.insight.doctor import examine

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_our_own_site_lacks_nothing() -> None:
    subjects = {each.subject for each in examine(NOW) if each.remedy}
    assert not subjects & {"apps", "addresses"}


@pytest.mark.django_db
def test_what_is_missing_is_named_in_the_order_in_which_to_add_it(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "tests.workflows.admin_alone"
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "django_filters")
    found = examine(NOW)
    first, second = (each for each in found if each.subject in ("apps", "addresses"))
    assert (first.severity, first.subject) == (Severity.ERROR, "apps")
    assert first.remedy == 'Add "django_filters" to INSTALLED_APPS.'
    assert (second.severity, second.subject) == (Severity.WARNING, "addresses")
    assert 'path("ostinato/", include("platform_site.embed")),' in second.remedy


@pytest.mark.heavy
def test_before_the_first_migration_it_asks_for_that(tmp_path: Path) -> None:
    doctor = subprocess.run(
        [sys.executable, "manage.py", "schedule_doctor"],
        cwd=BASE_DIR,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
    )
    assert doctor.returncode == Severity.ERROR, doctor.stderr
    assert "error    database" in doctor.stdout
    assert "manage.py migrate" in doctor.stdout
