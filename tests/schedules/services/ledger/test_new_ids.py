"""Ids of runs that are made in advance are used once, by one process."""

from __future__ import annotations

import os
import uuid
from unittest.mock import patch

from schedules.services.ledger.new_ids import make_spare_ids, new_id


def test_no_id_is_returned_twice() -> None:
    make_spare_ids(3)
    assert len({new_id() for _ in range(5)}) == 5


def test_spare_ids_are_used_before_new_ones_are_made() -> None:
    make_spare_ids(3)
    with patch("uuid.uuid4", side_effect=AssertionError("made under the lock")):
        assert len({new_id() for _ in range(3)}) == 3


def test_a_forked_process_has_none_of_its_parents_ids() -> None:
    make_spare_ids(1)
    read, write = os.pipe()
    if not (child := os.fork()):
        os.write(write, new_id().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    assert uuid.UUID(bytes=os.read(read, 16)) != new_id()
    os.close(read)
    os.close(write)
