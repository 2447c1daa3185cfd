"""A way to the real PostgreSQL that may be cut, closed or clogged."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

from django.db import connection

CHUNK = 1 << 16
# Messages that have a statement carried out: Execute, and Query.
CARRIED_OUT = {ord("E"), ord("Q")}


class Proxy:
    """Listens on 127.0.0.1, and leads to the database of the tests."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flows = threading.Event()
        self._flows.set()
        self._is_open = True
        # The statement after which the connection is cut, and whether that has been.
        self._cut_after = b""
        self.was_cut = threading.Event()
        self._sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The `DATABASE_URL` of those who come this way."""
        database = connection.settings_dict
        user, name = quote(database["USER"]), database["NAME"]
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut_after(self, statement: str) -> None:
        """Let the next statement that contains this be carried out, and its answer be lost
        with the connection; then let nobody in until `open`."""
        self.was_cut.clear()
        self._cut_after = statement.encode()

    def close(self) -> None:
        """Cut all connections, and let nobody in."""
        self._is_open = False
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        self._is_open = True

    @contextmanager
    def clogged(self) -> Iterator[None]:
        """During the body, what is sent arrives nowhere, as with a server that hangs."""
        self._flows.clear()
        yield
        self._flows.set()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """During the body all connections are cut, and nobody is let in."""
        self.close()
        yield
        self.open()

    def end(self) -> None:
        self.close()
        self._flows.set()
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
        with client, _to_the_database() as server:
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
        is_due = False
        while data := client.recv(CHUNK):
            self._flows.wait()
            is_due = is_due or bool(self._cut_after and self._cut_after in data)
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


def _to_the_database() -> socket.socket:
    database = connection.settings_dict
    folder = database["OPTIONS"].get("host") or database["HOST"]
    port = database["PORT"] or 5432
    if not folder.startswith("/"):
        return socket.create_connection((folder, int(port)))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{folder}/.s.PGSQL.{port}")
    return server


@contextmanager
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    try:
        yield made
    finally:
        made.end()
