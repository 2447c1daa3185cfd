"""A way to the real PostgreSQL, or to the real Redis, that may be cut, closed or clogged."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote, urlsplit

from django.db import connection

CHUNK = 1 << 16
# Messages that have a statement carried out: Execute, and Query.
CARRIED_OUT = {ord("E"), ord("Q")}


class Proxy:
    """Listens on 127.0.0.1, and leads to the server to which `connect` connects."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flows = threading.Event()
        self._flows.set()
        self._is_open = True
        # The statement after which the connection is cut, and whether that has been.
        self._cut_after, self._following = b"", b""
        self.was_cut = threading.Event()
        # What is not let through any more, nor anything after it, and what then happens.
        self._end_at = b""
        self._end_how: Callable[[], None] = self.close
        self.was_reached = threading.Event()
        self._sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut_after(self, statement: str, *, following: str = "") -> None:
        """Let the next statement that contains this be carried out, and its answer be lost
        with the connection; then let nobody in until `open`. It is one that comes after
        another that contains `following`."""
        self.was_cut.clear()
        self._following, self._cut_after = following.encode(), statement.encode()

    def hang_at(self, words: str) -> None:
        """Let through nothing from the next message on that contains this, until `open`."""
        self._end(self.hang, words)

    def close_at(self, words: str) -> None:
        """Close at the next message that contains this, which does not arrive."""
        self._end(self.close, words)

    def _end(self, how: Callable[[], None], at: str) -> None:
        self.was_reached.clear()
        self._end_how, self._end_at = how, at.encode()

    def close(self) -> None:
        """Cut all connections, and let nobody in."""
        self._is_open = False
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def hang(self) -> None:
        """What is sent arrives nowhere from now on, as with a server that hangs."""
        self._flows.clear()

    def open(self) -> None:
        self._is_open = True
        self._flows.set()

    @contextmanager
    def clogged(self) -> Iterator[None]:
        """It hangs during the body."""
        self.hang()
        yield
        self.open()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """During the body all connections are cut, and nobody is let in."""
        self.close()
        yield
        self.open()

    def end(self) -> None:
        self.close()
        self._flows.set()
        with suppress(OSError):  # or `accept` would wait for ever
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_open:
                    threading.Thread(
                        target=self._serve, args=(client,), daemon=True
                    ).start()
                else:
                    client.close()

    def _serve(self, client: socket.socket) -> None:
        with client, self._connect() as server:
            both = {client, server}
            self._sockets |= both
            back = threading.Thread(
                target=self._copy, args=(server, client), daemon=True
            )
            back.start()
            with suppress(OSError):
                self._to_server(client, server)
            for each in both:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()
            self._sockets -= both

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(data)

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        is_due = has_come = False
        while data := client.recv(CHUNK):
            if self._end_at and self._end_at in data:
                self._end_at = b""
                self._end_how()
                self.was_reached.set()
            self._flows.wait()
            if self._cut_after and (has_come := has_come or self._following in data):
                is_due = is_due or self._cut_after in data
            if is_due and not CARRIED_OUT.isdisjoint(_kinds(data)):
                self._cut_after = b""
                self._is_open = False
                client.shutdown(socket.SHUT_RDWR)
                server.sendall(data)
                self.was_cut.set()
                server.recv(CHUNK)
                return
            server.sendall(data)


def _kinds(messages: bytes) -> Iterator[int]:
    """The kinds of these messages of the protocol of PostgreSQL."""
    at = 0
    while at < len(messages):
        yield messages[at]
        at += 1 + int.from_bytes(messages[at + 1 : at + 5], "big")


def database_url(way: Proxy) -> str:
    """The `DATABASE_URL` of those who come this way."""
    database = connection.settings_dict
    user, name = quote(database["USER"]), database["NAME"]
    return f"postgresql://{user}@127.0.0.1:{way.port}/{name}"


def to_the_database() -> socket.socket:
    database = connection.settings_dict
    folder = database["OPTIONS"].get("host") or database["HOST"]
    port = database["PORT"] or 5432
    if not folder.startswith("/"):
        return socket.create_connection((folder, int(port)))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{folder}/.s.PGSQL.{port}")
    return server


def to_redis(url: str) -> Callable[[], socket.socket]:
    """Connects to the Redis at this URL."""
    port = int(str(urlsplit(url).port))
    return lambda: socket.create_connection(("127.0.0.1", port))


def redis_url(way: Proxy, url: str) -> str:
    """The same `REDIS_URL` for those who come this way."""
    return url.replace(f":{urlsplit(url).port}/", f":{way.port}/")


@contextmanager
def proxy(connect: Callable[[], socket.socket]) -> Iterator[Proxy]:
    made = Proxy(connect)
    try:
        yield made
    finally:
        made.end()
