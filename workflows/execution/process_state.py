"""State that a work process shares with its worker, which can read it after it has ended."""

from __future__ import annotations

import mmap
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, auto
from typing import NamedTuple
from uuid import UUID

KIND_LENGTH = 16
NOTE_LENGTH = 512


class Work(IntEnum):
    """The progress of a work process. From AT_WORK on, it may have claimed its work."""

    NONE = 0
    AT_WORK = auto()
    RAISED = auto()
    ON_RECORD = auto()


class Held(NamedTuple):
    """What a work process has claimed, or is about to: the kind of row, its id, and the token
    that tells its claim from that of another process."""

    kind: str
    id: UUID
    token: UUID


class _Field:
    """One value of the shared memory."""

    def __init__(self, at: int, layout: str) -> None:
        self._at = at
        self._layout = struct.Struct(layout)

    def __get__(self, state: ProcessState, owner: type) -> float:
        return float(self._layout.unpack_from(state._memory, self._at)[0])

    def __set__(self, state: ProcessState, value: float) -> None:
        self._layout.pack_into(state._memory, self._at, value)


class ProcessState:
    """Memory that a worker shares with a process it forks."""

    # When the process is to be killed, on the monotonic clock; 0 for never.
    kill_at = _Field(0, "d")
    # Since when it is at work, or idle, on the monotonic clock.
    since = _Field(8, "d")
    # How many runs it has ended, and for how many seconds it has worked.
    runs = _Field(16, "d")
    seconds = _Field(24, "d")
    # Its Redis client, which waits for work.
    client_id = _Field(32, "d")
    # Whether a node of the last run could have changed anything, and whether it was interrupted.
    had_effects = _Field(40, "d")
    was_interrupted = _Field(48, "d")
    # Whether it ended because nothing is left to do.
    is_done = _Field(56, "d")
    # Whether it may take one more piece of work, and has not.
    has_permit = _Field(64, "d")
    _work = _Field(72, "d")
    _held = struct.Struct(f"{KIND_LENGTH}s16s16s")
    _held_at = 80
    _note_at = _held_at + _held.size

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._note_at + NOTE_LENGTH)

    def wipe(self) -> None:
        """Reset it for the next process, but keep the note."""
        self._memory[: self._note_at] = bytes(self._note_at)

    @property
    def note(self) -> bytes:
        """What a process leaves to the next one. One that was killed may have left half of it."""
        return self._memory[self._note_at :].rstrip(b"\0")

    @note.setter
    def note(self, note: bytes) -> None:
        self._memory[self._note_at :] = note[:NOTE_LENGTH].ljust(NOTE_LENGTH, b"\0")

    @property
    def work(self) -> Work:
        """The progress of the work."""
        return Work(int(self._work))

    @work.setter
    def work(self, work: Work) -> None:
        self._work = work

    @property
    def held(self) -> Held | None:
        """What the process holds. The worker records its end if the process cannot."""
        kind, *ids = self._held.unpack_from(self._memory, self._held_at)
        if not (name := kind.rstrip(b"\0").decode()):
            return None
        row, token = (UUID(bytes=value) for value in ids)
        return Held(name, row, token)

    def hold(self, kind: str, row: UUID, token: UUID) -> None:
        """Note what the process is about to claim."""
        parts = (kind.encode(), row.bytes, token.bytes)
        self._held.pack_into(self._memory, self._held_at, *parts)

    def release(self) -> None:
        """Note that it holds nothing."""
        nothing = uuid.UUID(int=0)
        self.hold("", nothing, nothing)


_state = ProcessState()
_is_watched = False


def use_state(state: ProcessState) -> None:
    """Write to this state of the worker from now on."""
    global _state, _is_watched
    _state, _is_watched = state, True


def note_kill_at(at: float) -> bool:
    """Ask the worker to kill this process at `at` on the monotonic clock; 0 for never.
    Returns whether there is a worker that looks."""
    _state.kill_at = at
    return _is_watched


def note_effects() -> None:
    """Note that the run does something that code of others may do."""
    _state.had_effects = True


def note_interruption() -> None:
    """Note that the run was interrupted wherever it was."""
    _state.was_interrupted = True


@contextmanager
def at_work() -> Iterator[None]:
    """The body does the claimed work and records its outcome."""
    _state.had_effects = _state.was_interrupted = False
    _state.work = Work.AT_WORK
    try:
        yield
    except BaseException:
        _state.work = Work.RAISED
        raise
    _state.work = Work.ON_RECORD
