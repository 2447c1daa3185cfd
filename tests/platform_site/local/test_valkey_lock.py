"""Only the process that holds the lock of the embedded Valkey's folder is ended."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from platform_site.local import valkey_lock


@pytest.mark.parametrize("noted", ["0", "-1", "1", "no number", "", "9" * 30])
def test_a_damaged_process_id_ends_no_process(
    noted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    def end(pid: int, _: int) -> None:
        ended.append(pid)
        raise OverflowError if pid > 2**31 else ProcessLookupError

    monkeypatch.setattr(os, "kill", end)
    monkeypatch.setattr(valkey_lock, "END_SECONDS", 0.02)
    path = tmp_path / "server.lock"
    path.write_text(noted)
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(valkey_lock.FolderInUse), valkey_lock.valkey_lock(path):
            pass
    assert [pid for pid in ended if pid <= 1] == []
