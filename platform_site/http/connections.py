"""Connections of clients to the web server: bounded in number, and in how long each may keep
the server waiting.

uvicorn waits for ever for the head and the body of a request and for a client that does not
read. So a thousand connections that send nothing would lock everybody out.
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

# How long a client has for the whole head of a request, for its whole body, and to take so
# much of what it is sent.
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
READ_SECONDS = 60.0
READ_BYTES = 64 * 1024
# How many connections one turn of the event loop takes.
BACKLOG = 100
# Files for everything else: databases, logs, and the connections that are taken in one turn
# and closed in the next.
RESERVED_FILES = 400


class Connection(H11Protocol):
    """One connection. When there is no room for a new one, that which has kept the server
    waiting longest is closed: whoever sends a request at once is always served."""

    waits_since: float | None = None
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
        # Only another state begins another wait: a byte now and then prolongs nothing.
        if self.conn.their_state is not state:
            self._judge()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._judge()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(READ_SECONDS)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._judge()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _judge(self) -> None:
        """Whether the client is to do something next, and how long it has for that."""
        if self.flow.write_paused or self.transport.is_closing():
            self._wait(READ_SECONDS)
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait(BODY_SECONDS)
        elif self._is_answering():
            self._wait_no_more()
        elif self.transport.get_write_buffer_size():
            self._wait(READ_SECONDS)
        else:
            self._wait(HEAD_SECONDS)

    def _is_answering(self) -> bool:
        # Before the first request there is no cycle, whatever its type says.
        return not getattr(self.cycle, "response_complete", True)

    def _wait(self, seconds: float) -> None:
        self._wait_no_more()
        self.waits_since = self.loop.time()
        unread = self.transport.get_write_buffer_size()
        self._deadline = self.loop.call_later(seconds, self._give_up, unread)

    def _give_up(self, unread: int) -> None:
        if unread - self.transport.get_write_buffer_size() >= READ_BYTES:
            self._judge()  # it reads slowly, but it does
        else:
            self.transport.abort()

    def _wait_no_more(self) -> None:
        self.waits_since = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        """Close the one that waits longest; this one, if all others are being answered."""
        others = cast("set[Connection]", self.connections)
        waiting = [(other.waits_since, other) for other in others if other.waits_since]
        _, longest = min(waiting, key=lambda pair: pair[0])
        longest._wait_no_more()
        longest.transport.abort()


@cache
def max_connections() -> int:
    """How many connections one process has room for: the setting, or fewer where the system
    allows fewer open files. It allows as many as it ever does from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (OSError, ValueError):  # macOS refuses what it calls no limit
            pass
    if soft == resource.RLIM_INFINITY:
        return settings.WEB_MAX_CONNECTIONS
    return max(1, min(settings.WEB_MAX_CONNECTIONS, soft - RESERVED_FILES))
