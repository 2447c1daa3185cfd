"""A site is stopped by an interrupt, also where a script's shell had it ignored."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from platform_site.local.stop_signals import StopSignals


@pytest.fixture
def all_ignored() -> Iterator[None]:
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in kinds}
    yield
    for kind, handler in before.items():
        signal.signal(kind, handler)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_is_handled_although_the_parent_ignored_it(
    all_ignored: None, kind: signal.Signals
) -> None:
    with StopSignals() as stop:
        os.kill(os.getpid(), kind)
        stop.wait(5)
        assert stop.requested


def test_a_hang_up_under_nohup_stays_ignored(all_ignored: None) -> None:
    with StopSignals() as stop:
        os.kill(os.getpid(), signal.SIGHUP)
        stop.wait(0.05)
        assert not stop.requested
