"""Connections are bounded in number, and in how long a client may keep the server waiting."""

from __future__ import annotations

import asyncio
import http.client
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings

from platform_site.http import connections
from platform_site.http.connections import Connection, max_connections
from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR
from tests.integration.processes import wait_until

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
LARGE = b"x" * 20_000_000


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers as much as the path says, once the whole request is there."""
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(3)
    body = LARGE if scope["path"] == "/large" else b"hello"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Served(uvicorn.Server):
    """A server in this process, and clients of it."""

    def __init__(self) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                port=0,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=1,
            )
        )
        self.clients = ExitStack()

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.servers[0].sockets[0].getsockname()[1])

    def client(self, sends: bytes = b"") -> socket.socket:
        client = self.clients.enter_context(socket.create_connection(self.address, 5))
        client.sendall(sends)
        return client

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Whose patience is short."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(connections, name, 0.3)
    server = Served()
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    with server.clients:
        yield server
    server.should_exit = True
    thread.join()


@pytest.fixture
def room_for_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "max_connections", lambda: 5)


def is_closed(client: socket.socket) -> bool:
    client.settimeout(0.01)
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


@pytest.mark.parametrize("sends", [b"", b"G", HEAD, POST, POST + b"x" * 50])
def test_who_does_not_finish_a_request_is_left(server: Served, sends: bytes) -> None:
    client = server.client(sends)
    wait_until(lambda: is_closed(client), seconds=5)


@pytest.mark.parametrize("sends", [HEAD, POST])
def test_a_byte_now_and_then_does_not_help(server: Served, sends: bytes) -> None:
    client = server.client(sends)

    def drips() -> bool:
        try:
            client.sendall(b"x")
        except OSError:
            return True
        return is_closed(client)

    wait_until(drips, seconds=5)


def test_who_does_not_finish_a_second_request_is_left(server: Served) -> None:
    client = server.client(HEAD + b"\r\n" + HEAD)
    answer = b""
    while not answer.endswith(b"hello"):
        answer += client.recv(65536)
    wait_until(lambda: is_closed(client), seconds=5)


def test_who_does_not_read_the_answer_is_left(server: Served) -> None:
    server.client(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wait_until(lambda: server.server_state.total_requests == 1)
    wait_until(lambda: not server.server_state.connections, seconds=5)


def test_who_reads_it_slowly_has_all_of_it(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Less than all of it takes, and more than a busy machine needs for the next part.
    monkeypatch.setattr(connections, "READ_SECONDS", 2.0)
    client = server.client(
        b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    # Or else much of it waits here, and the server has sent it all before its time.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    length = 0
    while part := client.recv(100_000):
        length += len(part)
        time.sleep(0.02)
    assert length > len(LARGE)


def test_the_server_has_as_long_as_it_needs(server: Served) -> None:
    assert server.get("/slow") == b"hello"


@pytest.mark.usefixtures("room_for_five")
def test_a_new_one_takes_the_place_of_that_which_waits_longest(server: Served) -> None:
    waiting = [server.client(HEAD) for _ in range(5)]
    assert server.get("/") == b"hello"
    wait_until(lambda: is_closed(waiting[0]), seconds=5)
    for _ in range(30):
        server.client(HEAD)
    assert server.get("/") == b"hello"
    assert len(server.server_state.connections) <= 6


@pytest.mark.usefixtures("room_for_five")
def test_none_that_is_being_answered_makes_room(server: Served) -> None:
    busy = [
        server.client(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(5)
    ]
    wait_until(lambda: len(server.server_state.tasks) == 5)
    refused = server.client()
    wait_until(lambda: is_closed(refused), seconds=5)
    for client in busy:
        client.settimeout(10)
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        ((1024, 1024), 624),
        ((256, 20_000), 1000),
        ((300, 300), 1),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 1000),
    ],
)
def test_their_number_leaves_files_for_everything_else(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], most: int
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: asked.append(new))
    assert max_connections.__wrapped__() == most
    assert asked == ([] if limits[0] == limits[1] else [(20_000, 20_000)])
    assert settings.WEB_MAX_CONNECTIONS == 1000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux")
def test_a_thousand_half_open_connections_lock_no_one_out(tmp_path: Path) -> None:
    """1,200 on a server that may open 1,024 files."""
    port, log = free_port(), tmp_path / "log"
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2_000:
        pytest.skip("this machine allows too few open files")
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["sh", "-c", f"ulimit -n 1024; exec {sys.executable} manage.py web --port {port}"],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "platform_site.settings"},
            stdout=output,
            stderr=output,
        )  # fmt: skip
    try:
        wait_until(lambda: "Uvicorn running" in log.read_text())
        with ExitStack() as attack:
            for _ in range(1_200):
                client = attack.enter_context(
                    socket.create_connection(("127.0.0.1", port))
                )
                client.sendall(HEAD)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
        assert log.stat().st_size < 20_000
    finally:
        server.terminate()
        server.wait(timeout=20)
