"""A disk that is full, read-only or gone: tried on the real file system."""

from __future__ import annotations

import os
import resource
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from schedules.services.insight.health import disk_probe
from tests.platform_site.causes.conftest import Reported


def state_in_a_child(folder: Path, restrict: Callable[[], None]) -> str:
    """As a process sees it that `restrict` has restricted."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        restrict()
        os.write(writing, disk_probe.state_of(folder).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.waitpid(child, 0)
        return answer.read()


def limit_the_size_of_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


def be_nobody() -> None:
    if os.getuid() == 0:  # whom no mode of a folder stops
        os.setuid(65534)


def test_where_nothing_more_can_be_written_it_is_full(tmp_path: Path) -> None:
    assert state_in_a_child(tmp_path, limit_the_size_of_files) == "disk_full"
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_may_be_written_it_is_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert state_in_a_child(tmp_path, be_nobody) == "disk_read_only"
    tmp_path.chmod(0o700)


def test_a_folder_with_room_is_well_and_left_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = namedtuple("disk", "f_bavail f_frsize f_blocks")
    for free, code in ((50, ""), (4, "disk_nearly_full")):
        monkeypatch.setattr(os, "statvfs", lambda _, f=free: disk(f, 4096, 100))
        assert disk_probe.state_of(tmp_path) == code
    assert list(tmp_path.iterdir()) == []


def test_a_large_disk_is_not_nearly_full_by_its_share_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = namedtuple("disk", "f_bavail f_frsize f_blocks")
    of_a_terabyte = disk(3 * 1024**3 // 4096, 4096, 1024**4 // 4096)
    monkeypatch.setattr(os, "statvfs", lambda _: of_a_terabyte)
    assert disk_probe.state_of(tmp_path) == ""


def test_a_missing_data_folder_is_reported_everywhere(
    reported: Reported, at_work: Redis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(settings, "REDIS_IS_EMBEDDED", True)
    monkeypatch.setattr(settings, "DATA_DIR", folder)
    assert reported() == []
    shutil.rmtree(folder)
    assert reported() == ["disk_missing"]


def test_a_site_that_keeps_nothing_there_needs_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "REDIS_IS_EMBEDDED", False)
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "gone")
    assert tmp_path / "gone" not in disk_probe.folders()
