"""The ids of new runs. Firing makes those of its next batch while the database is free."""

from __future__ import annotations

import os
import uuid

_spare: list[uuid.UUID] = []
# A process and its child must not use the same ones.
os.register_at_fork(after_in_child=_spare.clear)


def new_id() -> uuid.UUID:
    """One that has never been returned: a spare one, if there is one."""
    try:
        return _spare.pop()
    except IndexError:
        return uuid.uuid4()


def make_spare_ids(count: int) -> None:
    """Have so many of them ready."""
    _spare.extend(uuid.uuid4() for _ in range(count - len(_spare)))
