"""Firing where structlog is not configured, as in somebody's project."""

from __future__ import annotations

import logging

import pytest

from schedules.services.runs.firing import fire_due
from tests.schedules.conftest import NOON, MakeSchedule


@pytest.mark.django_db
def test_ticks_fire_and_are_told_to_the_standard_library(
    bare_structlog: None, caplog: pytest.LogCaptureFixture, make_schedule: MakeSchedule
) -> None:
    caplog.set_level(logging.INFO, "schedules")
    schedule = make_schedule()
    fire_due(NOON.replace(hour=13))
    fired = [each for each in caplog.messages if each.startswith("tick_fired ")]
    assert fired
    assert all(f"schedule={schedule.pk} " in each for each in fired)
