"""The processes of a session: who they are, and ending them all.

A work process leads a session, so whatever a run starts belongs to it, however deep and
in whichever process group, unless it begins a session of its own.

Standard library only, and little of it: the reaper runs this without Django.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

PROCESSES = "/proc"
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 0.001
MOST_NAMED = 20
# Positions in /proc/<pid>/stat, counted from behind the name.
STATE, STARTED = 0, 19
ENDED_STATES = "ZX"


def end_session(session: int) -> list[str]:
    """Kill all processes of `session` and return their names.

    The caller makes sure that the session is the one that it means: as long as a process
    of it is there, a zombie included, its number is not given to another.
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
    """Round after round: what was forked while we looked is found in the next one."""
    ended: dict[int, str] = {}
    until = time.monotonic() + PATIENCE_SECONDS
    while found := _living(session, spare):
        ended |= found
        for pid in found:
            _kill(pid, session, spare)
        if time.monotonic() > until:
            break  # the kernel holds it up; it ends as soon as it is let go
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
                name, fields = _look_at(pid)
                if fields[STATE] not in ENDED_STATES:
                    found[pid] = name
    return found


def _kill(pid: int, session: int, spare: int) -> None:
    """Kill the process, and its whole group at once unless `spare` belongs to it.

    A group cannot outrun this by forking. The session is looked at again just before: the
    kernel hands out a number anew only when all others had their turn.
    """
    with suppress(OSError):
        if os.getsid(pid) != session:
            return
        group = os.getpgid(pid)
        if group == spare:
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)


def _look_at(pid: int) -> tuple[str, list[str]]:
    """The command name of a process, without its arguments, and its other fields."""
    with open(f"{PROCESSES}/{pid}/stat", "rb") as file:
        text = file.read().decode(errors="replace")
    before, _, fields = text.rpartition(")")
    name = before.partition("(")[2]
    return "".join(c if c.isprintable() else "?" for c in name), fields.split()


def started(pid: int) -> str:
    """When the process was started; empty if there is none, or no way to know."""
    try:
        return _look_at(pid)[1][STARTED]
    except OSError:
        return ""
