"""A look at the site that does not end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from schedules.services.insight import health


@pytest.fixture
def hanging_look(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Nobody knows how the disk is until this is set."""
    over = threading.Event()
    monkeypatch.setattr(
        health.disk_probe, "probe", lambda now: {"disk": "" * over.wait(60)}
    )
    health.reset()
    yield over
    over.set()
    for each in looking():
        each.join()


def looking() -> list[threading.Thread]:
    """The threads that look at the disk."""
    return [each for each in threading.enumerate() if each.name == "probe-disk"]
