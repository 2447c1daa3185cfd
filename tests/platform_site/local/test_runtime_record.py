"""`runtime.json`: by it commands find the embedded Valkey of this very folder."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from platform_site.local.runtime_record import embedded_redis_url, write_runtime

URL = "redis://:password@127.0.0.1:2/0"


def test_the_runtime_record_is_private_and_leaves_no_temporary_file(
    tmp_path: Path,
) -> None:
    write_runtime(tmp_path, {"redis_url": URL})
    (record,) = tmp_path.iterdir()
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert embedded_redis_url(tmp_path) == URL


def test_without_a_runtime_record_no_server_is_found(tmp_path: Path) -> None:
    assert embedded_redis_url(tmp_path) is None


def test_a_copy_of_the_folder_does_not_lead_to_the_server_of_the_original(
    tmp_path: Path,
) -> None:
    site, copy = tmp_path / "var", tmp_path / "copy"
    site.mkdir()
    write_runtime(site, {"redis_url": URL})
    shutil.copytree(site, copy)
    assert embedded_redis_url(copy) is None
    # Nor when the copy has taken the original's place, which runs on where it was moved.
    moved = site.rename(tmp_path / "moved")
    copy.rename(site)
    assert embedded_redis_url(site) is None
    assert embedded_redis_url(moved) == URL


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b'{"redis_url": 7}',
        b'{"redis_url": null}',
        b'{"redis_url": ["redis://127.0.0.1:1/0"]}',
        b'{"redis_url": "nonsense"}',
        b'{"redis_url": "redis://:s3/cret@h:1/0"}',
        b'{"address": {}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_one_of_the_wrong_shape_is_ignored_with_one_line_and_made_anew(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "runtime.json"
    record.write_bytes(content)
    assert embedded_redis_url(tmp_path) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{record} cannot be read and is ignored")
    write_runtime(tmp_path, {"redis_url": URL})
    assert embedded_redis_url(tmp_path) == URL


def test_a_folder_in_its_place_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "runtime.json" / "inside").mkdir(parents=True)
    assert embedded_redis_url(tmp_path) is None
    write_runtime(tmp_path, {"redis_url": URL})
    assert embedded_redis_url(tmp_path) == URL
