"""The lock of a data folder, and its `runtime.json`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from platform_site.data_dir import embedded_redis_url
from platform_site.instance import AlreadyRunningError, recorded, sole_instance
from platform_site.valkey import EmbeddedValkey


def test_only_one_holds_a_folder_and_the_other_learns_its_address(
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


def test_a_stale_record_is_replaced_and_an_orderly_end_removes_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "runtime.json").write_text('{"redis_url": "redis://127.0.0.1:1/0"}')
    with recorded(tmp_path, {"redis_url": "redis://127.0.0.1:2/0"}):
        assert embedded_redis_url(tmp_path) == "redis://127.0.0.1:2/0"
        mode = (tmp_path / "runtime.json").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_a_queue_store_that_outlived_its_supervisor_is_ended(tmp_path: Path) -> None:
    left_over = EmbeddedValkey(tmp_path / "valkey")
    process = left_over.start()
    try:
        assert left_over.wait_until_ready(process)
        record = json.dumps({"redis_url": left_over.url})
        (tmp_path / "runtime.json").write_text(record)
        with recorded(tmp_path, {}):
            assert process.wait(timeout=5) == 0
    finally:
        process.kill()
        process.wait()
