"""A process that was asked to end does, whatever its main thread waits for."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from platform_site.local.data_dir import BASE_DIR
from schedules.processes import latest_end
from schedules.processes.latest_end import SAME_SIGNAL_SECONDS, LatestEnd
from tests.integration.processes import wait_until

# Its main thread waits in C, and goes on waiting after a signal, as in libpq.
STUCK = """
import ctypes, os, signal, sys
from schedules.processes import latest_end
latest_end.LATEST_END_SECONDS = float(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *args: None)
signal.siginterrupt(signal.SIGTERM, False)
with latest_end.LatestEnd(lambda: os._exit(7)):
    print("stuck", flush=True)
    ctypes.CDLL(None).read(0, ctypes.create_string_buffer(1), 1)
"""


def stuck(latest: float) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK, str(latest)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"stuck\n"
    return process


def test_it_ends_a_while_after_the_first_signal() -> None:
    with stuck(0.5) as process:
        process.terminate()
        began = time.monotonic()
        assert process.wait(timeout=20) == 7
        assert time.monotonic() - began >= 0.4


def test_it_ends_at_the_second_signal() -> None:
    with stuck(60) as process:
        process.terminate()
        process.terminate()  # which is the first one again
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=SAME_SIGNAL_SECONDS + 2)
        process.terminate()
        assert process.wait(timeout=20) == 7


def test_it_leaves_nothing_behind_and_ends_nothing_when_the_body_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(latest_end, "LATEST_END_SECONDS", 0.2)
    before = signal.set_wakeup_fd(-1)
    ended: list[bool] = []
    with LatestEnd(lambda: ended.append(True)):
        pass
    wait_until(
        lambda: "latest end" not in {each.name for each in threading.enumerate()}
    )
    assert signal.set_wakeup_fd(before) == -1
    assert not ended
