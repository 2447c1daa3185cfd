"""Client connections to the web server: limited in number, and in how long each may keep the
server waiting.

uvicorn waits forever for the head and the body of a request, and for a client that does not
read its answer. A thousand connections that send nothing would lock out all other clients.
"""

from __future__ import annotations

import asyncio
import resource
from functools import cache
from typing import cast

import h11
from django.conf import settings
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

# The time a client has to send the whole head of a request, to send its whole body, and to
# read `READ_BYTES` of the answer.
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
READ_SECONDS = 60.0
READ_BYTES = 64 * 1024
# How many connections one turn of the event loop accepts.
BACKLOG = 100
# Open files for everything else: databases, logs, and connections that are accepted in one
# turn of the event loop and closed in the next.
RESERVED_FILES = 400


class Connection(H11Protocol):
    """One connection. When there is no room for a new one, the connection that has kept the
    server waiting longest is closed: a client that sends its request at once is always served."""

    waiting_since: float | None = None
    _deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)
        if len(self.connections) > max_connections():
            self._make_room()

    @override
    def data_received(self, data: bytes) -> None:
        state = self.conn.their_state
        super().data_received(data)
        # Only a change of state starts a new wait: a byte now and then does not prolong it.
        if self.conn.their_state is not state:
            self._set_deadline()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._set_deadline()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(READ_SECONDS)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._set_deadline()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _set_deadline(self) -> None:
        """Set the deadline for what the client must do next, if anything."""
        if self.flow.write_paused or self.transport.is_closing():
            self._wait(READ_SECONDS)
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait(BODY_SECONDS)
        elif self._is_answering():
            self._stop_waiting()
        elif self.transport.get_write_buffer_size():
            self._wait(READ_SECONDS)
        else:
            self._wait(HEAD_SECONDS)

    def _is_answering(self) -> bool:
        # Before the first request there is no cycle, although its type does not admit None.
        return not getattr(self.cycle, "response_complete", True)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self.waiting_since = self.loop.time()
        unread = self.transport.get_write_buffer_size()
        self._deadline = self.loop.call_later(seconds, self._time_out, unread)

    def _time_out(self, unread: int) -> None:
        if unread - self.transport.get_write_buffer_size() >= READ_BYTES:
            self._set_deadline()  # it reads, though slowly
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        self.waiting_since = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        """Close the connection that has waited longest: this one, if all others are being answered."""
        others = cast("set[Connection]", self.connections)
        waiting = [
            (other.waiting_since, other) for other in others if other.waiting_since
        ]
        _, longest = min(waiting, key=lambda pair: pair[0])
        longest._stop_waiting()
        longest.transport.abort()


@cache
def max_connections() -> int:
    """How many connections one process accepts: `WEB_MAX_CONNECTIONS`, or fewer where the
    system allows fewer open files. Raises the soft limit of open files to the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (OSError, ValueError):  # macOS refuses its own "unlimited"
            pass
    if soft == resource.RLIM_INFINITY:
        return settings.WEB_MAX_CONNECTIONS
    return max(1, min(settings.WEB_MAX_CONNECTIONS, soft - RESERVED_FILES))
