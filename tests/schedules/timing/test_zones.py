from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import schedules
from schedules.timing.zones import timezone_names, tzdata_version


def test_the_names_are_places_and_no_files_of_a_system():
    names = timezone_names()
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata", "Etc/GMT+5"} <= names
    assert not {n for n in names if re.match("posix|right|local|Factory", n)}


def test_the_edition_of_the_database_is_told():
    assert re.fullmatch(r"20\d\d[a-z]", tzdata_version())


@pytest.mark.heavy
def test_the_hosts_time_zones_are_not_asked(tmp_path):
    """Here the host believes that Berlin is on UTC, and was asked before us."""
    host = tmp_path / "Europe" / "Berlin"
    host.parent.mkdir()
    host.write_bytes((files("tzdata") / "zoneinfo" / "UTC").read_bytes())
    program = f"""
from datetime import datetime
from zoneinfo import ZoneInfo, reset_tzpath
reset_tzpath(to=[{str(tmp_path)!r}])
wall = datetime(2026, 1, 1, 9)
assert wall.replace(tzinfo=ZoneInfo("Europe/Berlin")).utcoffset().seconds == 0
from schedules.timing import resolve_local
print(resolve_local(wall, "Europe/Berlin").isoformat())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(schedules.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "2026-01-01T08:00:00+00:00"
