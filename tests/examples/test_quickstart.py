"""The quickstart, followed as it is written: its commands, its files, its form."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR
from platform_site.local.valkey import EmbeddedValkey
from tests.examples.reader import Reader

pytestmark = [pytest.mark.slow, pytest.mark.heavy, pytest.mark.real_clock]


@pytest.fixture
def reader(tmp_path: Path, redis_server: EmbeddedValkey) -> Iterator[Reader]:
    """As if the package were installed; `python -m tests.foreign` installs the wheel."""
    reader = Reader(tmp_path, redis_server.url, sys.executable, str(BASE_DIR))
    yield reader
    reader.stop()


def test_a_function_is_fired_in_a_new_project(reader: Reader) -> None:
    reader.follow()
    reader.schedule()
    assert "succeeded 1 for Ada" in reader.ledger_once_fired()
