"""What a worker tells its work processes, and what they tell it."""

from __future__ import annotations

import mmap
import os
from contextlib import suppress

from workflows.kit.sqlite_write_lock import new_queue

STOP, OTHERS_WAIT = range(2)
# Of the id of a job. So many reports of all processes fit into a pipe.
ID_LENGTH = 1024
# What a pipe holds at least.
MOST_PERMITS = 4096


class Orders:
    """Memory and pipes that a worker shares with the processes that it forks.

    `burst`: a process ends when nothing is in the queue. `most`: how many pieces of work all
    of them together may take.
    """

    def __init__(self, *, burst: bool = False, most: int | None = None) -> None:
        self.burst = burst
        self._flags = mmap.mmap(-1, 2)
        self._reading, self._writing = _pipe()
        self.write_queue = new_queue()
        self._permits = _pipe() if most is not None else None
        self._not_given = most or 0
        self.give_permits()

    @property
    def stop(self) -> bool:
        """Whether the processes are to end when their run has."""
        return bool(self._flags[STOP])

    @stop.setter
    def stop(self, on: bool) -> None:
        self._flags[STOP] = on

    @property
    def others_wait(self) -> bool:
        """Whether the worker has a job of others to run: meanwhile no process may take one."""
        return bool(self._flags[OTHERS_WAIT])

    @others_wait.setter
    def others_wait(self, on: bool) -> None:
        self._flags[OTHERS_WAIT] = on

    def report(self, job_id: str) -> None:
        """Of a process: it has taken this job of others, which the worker is to run with the
        permit of the process."""
        self.others_wait = True
        os.write(self._writing, job_id.encode().ljust(ID_LENGTH)[:ID_LENGTH])

    def reported(self) -> list[str]:
        """The jobs of others that the processes have taken since the last call."""
        found = []
        with suppress(BlockingIOError):
            while data := os.read(self._reading, ID_LENGTH):
                found.append(data.decode().rstrip())
        return found

    def fileno(self) -> int:
        """Readable when a process has taken a job of others."""
        return self._reading

    def give_permits(self) -> None:
        """Of the worker: allow as much work as the pipe holds and is left."""
        if self._permits is None:
            return
        given = min(self._not_given, MOST_PERMITS)
        with suppress(BlockingIOError):
            self._not_given -= os.write(self._permits[1], bytes(given)) if given else 0

    def return_permit(self) -> None:
        """Allow one more piece of work, since one was not done."""
        if self._permits is not None:
            os.write(self._permits[1], b"\0")

    @property
    def is_limited(self) -> bool:
        """Whether each piece of work needs a permit."""
        return self._permits is not None

    def take_permit(self) -> bool:
        """Whether one more piece of work may be taken."""
        if self._permits is None:
            return True
        with suppress(BlockingIOError):
            return bool(os.read(self._permits[0], 1))
        return False

    def close(self) -> None:
        for pipe in filter(None, [(self._reading, self._writing), self._permits]):
            for end in pipe:
                os.close(end)
        os.close(self.write_queue)


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing
