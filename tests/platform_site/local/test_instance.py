"""The lock of a data folder: one site runs from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from platform_site.local.instance import AlreadyRunningError, recorded, sole_instance
from platform_site.local.runtime_record import embedded_redis_url


def test_a_second_instance_of_a_folder_learns_the_address_of_the_first(
    tmp_path: Path,
) -> None:
    with (
        sole_instance(tmp_path, "http://127.0.0.1:8000"),
        pytest.raises(AlreadyRunningError, match=":8000"),
        sole_instance(tmp_path, "http://127.0.0.1:8001"),
    ):
        pass
    with sole_instance(tmp_path, "http://127.0.0.1:8001"):
        pass


def test_a_lock_file_without_text_still_locks(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_bytes(b"\xff\x00" * 500)
    with sole_instance(tmp_path, "http://127.0.0.1:8000"):
        assert (tmp_path / "up.lock").read_text() == "http://127.0.0.1:8000"


def test_what_runs_is_on_record_until_it_ends(tmp_path: Path) -> None:
    with recorded(tmp_path, {"redis_url": "redis://127.0.0.1:2/0"}):
        assert embedded_redis_url(tmp_path) == "redis://127.0.0.1:2/0"
    assert list(tmp_path.iterdir()) == []
