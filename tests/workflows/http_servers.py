"""Servers on loopback, for the nodes that call addresses."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers by path, and keeps what it was sent."""

    server: Server

    def do_GET(self):
        length = int(self.headers.get("content-length", 0))
        self.server.seen.append(
            (self.command, self.path, dict(self.headers), self.rfile.read(length))
        )
        getattr(self, self.path.split("?")[0].strip("/").split("/")[0])()

    do_POST = do_GET  # noqa: N815 - the name that the base class calls

    def answer(self, body: bytes = b"", status: int = 200, **headers: str):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hello(self):
        self.answer(b"hello", set_cookie="session=s3cret")

    def json(self):
        self.answer(b'{"n": 1}', content_type="application/json; charset=utf-8")

    healthz = json

    def mislabelled(self):
        self.answer(b"{NaN", content_type="application/json")

    def odd_charset(self):
        self.answer(b"hello", content_type="text/plain; charset=base64")

    def broken(self):
        self.answer(b"no", status=503)

    def scripted(self):
        """Whatever the test has written, to the byte."""
        self.close_connection = True
        for part in self.server.script:
            self.wfile.write(part)

    def large(self):
        self.answer(b"x" * (1024 * 1024 + 1))

    def bomb(self):
        self.answer(gzip.compress(b"x" * 5_000_000), content_encoding="gzip")

    def redirect(self):
        left = int(self.path.split("/")[2])
        target = f"/redirect/{left - 1}" if left else "/hello"
        self.answer(status=302, location=target)

    def elsewhere(self):
        self.answer(status=307, location=self.server.elsewhere)

    def drip(self):
        for _ in range(200):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nx: "[:1])
            time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    elsewhere = ""
    script: Iterable[bytes] = ()

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *args: Any) -> None:
        """A client that hangs up is part of these tests."""
