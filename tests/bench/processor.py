"""The time of the processor that the processes of a site have taken, from Linux's `/proc`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from workflows.execution.queue import connection as redis_connection


class _Process(NamedTuple):
    pid: int
    parent: int
    seconds: float
    # Of its children that have ended.
    of_ended: float


def processor_seconds(scheduler: int, worker: int) -> dict[str, float]:
    """By process, in seconds: the scheduler and the worker with these ids, each work process, Valkey,
    and all of PostgreSQL."""
    known = {each.pid: each for each in _processes()}
    taken = {"scheduler": _of_tree(known, scheduler)}
    children = sorted(_tree(known, worker) - {worker})
    taken["worker"] = known[worker].seconds
    taken["processes that were replaced"] = known[worker].of_ended
    busy = sorted((known[pid].seconds for pid in children), reverse=True)
    for number, seconds in enumerate(busy, start=1):
        taken[f"process {number}"] = seconds
    valkey = redis_connection().info("server")["process_id"]
    taken["Valkey"] = _of_tree(known, valkey)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        taken["PostgreSQL"] = _of_tree(known, known[backend].parent)
    return taken


def _of_tree(known: dict[int, _Process], root: int) -> float:
    return sum(known[pid].seconds + known[pid].of_ended for pid in _tree(known, root))


def _tree(known: dict[int, _Process], root: int) -> set[int]:
    """The process with this id, and all that it has started."""
    found = {root}
    while more := {each.pid for each in known.values() if each.parent in found} - found:
        found |= more
    return found


def _processes() -> Iterator[_Process]:
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            # After the name, which may contain anything.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            times = [int(field) / ticks for field in fields[11:15]]
            own, of_ended = sum(times[:2]), sum(times[2:])
            yield _Process(int(folder.name), int(fields[1]), own, of_ended)
