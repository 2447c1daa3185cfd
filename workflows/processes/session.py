"""Finds and ends all processes of a session.

A work process leads a session, to which all its descendants belong, in any process group,
unless they start a session of their own.

Imports little of the standard library and nothing else: the reaper runs this without Django.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

PROCESSES = "/proc"
GIVE_UP_AFTER_SECONDS = 1.0
PAUSE_SECONDS = 0.001
MOST_NAMED = 20
# Positions in /proc/<pid>/stat after the name.
STATE, STARTED = 0, 19
ENDED_STATES = "ZX"


def end_session(session: int) -> list[str]:
    """Kill all processes of `session` and return their names.

    The caller makes sure that the number still means the same session. It is not reused as
    long as one of its processes exists, a zombie included.
    """
    if not os.path.isdir(PROCESSES):  # macOS: only the leader's own process group
        with suppress(OSError):
            os.killpg(session, signal.SIGKILL)
    return _end(session, spare=0)


def end_others() -> list[str]:
    """Kill all processes of the session that this process leads, except itself."""
    return _end(os.getpid(), spare=os.getpid())


def named(processes: list[str]) -> str:
    """The processes in one line of bounded length."""
    more = len(processes) - MOST_NAMED
    return ", ".join(processes[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _end(session: int, *, spare: int) -> list[str]:
    """In rounds: processes that are forked during one are found in the next."""
    ended: dict[int, str] = {}
    until = time.monotonic() + GIVE_UP_AFTER_SECONDS
    while found := _living(session, spare):
        ended |= found
        for pid in found:
            _kill(pid, session, spare)
        if time.monotonic() > until:
            break  # blocked in the kernel: it ends as soon as that call returns
        time.sleep(PAUSE_SECONDS)
    return [f"{name} ({pid})" for pid, name in ended.items()]


def _living(session: int, spare: int) -> dict[int, str]:
    """The command names of the processes of `session` that have not ended."""
    found: dict[int, str] = {}
    try:
        entries = os.listdir(PROCESSES)
    except OSError:
        return found
    for entry in entries:
        if not entry.isdigit():
            continue
        pid = int(entry)
        with suppress(OSError):
            if os.getsid(pid) == session and pid != spare:
                name, fields = _stat(pid)
                if fields[STATE] not in ENDED_STATES:
                    found[pid] = name
    return found


def _kill(pid: int, session: int, spare: int) -> None:
    """Kill the process, and its whole group at once unless that is the group of `spare`.

    A group cannot escape this by forking. The session is checked again just before: the
    kernel reuses a process id only after all others.
    """
    with suppress(OSError):
        if os.getsid(pid) != session:
            return
        group = os.getpgid(pid)
        if group == spare:
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)


def _stat(pid: int) -> tuple[str, list[str]]:
    """The command name of a process, without its arguments, and its other fields."""
    with open(f"{PROCESSES}/{pid}/stat", "rb") as file:
        text = file.read().decode(errors="replace")
    before, _, fields = text.rpartition(")")
    name = before.partition("(")[2]
    return "".join(c if c.isprintable() else "?" for c in name), fields.split()


def started(pid: int) -> str:
    """The start time of the process, in clock ticks; empty if it is unknown."""
    try:
        return _stat(pid)[1][STARTED]
    except OSError:
        return ""
