"""What a server may do to the HTTP node: every answer is bounded in size and in time."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.options import Options
from tests.workflows.components.test_http_request import call, refusal
from tests.workflows.http_servers import Server
from workflows.safety.resolving import MAX_UNANSWERED

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"


def slowly(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        time.sleep(0.02)
        yield part


def plain(body: bytes, headers: bytes = b"") -> list[bytes]:
    length = b"content-length: %d\r\n" % len(body)
    return [OK + headers + length + b"\r\n" + body]


def test_we_ask_for_gzip_and_take_it(server: Server) -> None:
    packed = gzip.compress(b'{"n": 1}')
    headers = b"content-encoding: gzip\r\ncontent-type: application/json\r\n"
    server.script = plain(packed, headers)
    output = call(f"{server.url}/scripted").output
    assert output["body"] == {"n": 1}
    assert "content-encoding" not in output["headers"]
    assert server.seen[0][2]["Accept-Encoding"] == "gzip, identity"


@pytest.mark.heavy
@pytest.mark.parametrize(
    "headers",
    [
        b"content-encoding: gzip, gzip\r\n",
        b"Content-Encoding: gzip\r\nCONTENT-ENCODING: gzip\r\n",
        b"content-encoding: identity\r\ncontent-encoding: x-gzip, GZIP\r\n",
    ],
)
def test_gzip_in_gzip_is_refused_unread(server: Server, headers: bytes) -> None:
    bomb = gzip.compress(gzip.compress(bytes(64 * MIB)))
    server.script = plain(bomb, headers)
    began = time.process_time()
    reason = refusal(f"{server.url}/scripted")
    assert reason == "The response is encoded more than once."
    assert time.process_time() - began < 1


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "whatever"])
def test_another_encoding_is_refused(server: Server, encoding: str) -> None:
    server.script = plain(b"x", f"content-encoding: {encoding}\r\n".encode())
    assert "another encoding than gzip" in refusal(f"{server.url}/scripted")


def test_a_redirect_is_followed_however_it_says_it_is_encoded(server: Server) -> None:
    server.script = [
        b"HTTP/1.1 302 Found\r\nlocation: /hello\r\ncontent-encoding: br\r\n"
        b"content-length: 0\r\n\r\n"
    ]
    assert call(f"{server.url}/scripted").output["body"] == "hello"


def test_the_body_of_a_redirect_is_bounded_as_well(server: Server) -> None:
    bomb = gzip.compress(bytes(8 * MIB))
    server.script = [
        b"HTTP/1.1 302 Found\r\nlocation: /hello\r\ncontent-encoding: gzip\r\n"
        b"content-length: %d\r\n\r\n" % len(bomb) + bomb
    ]
    assert "larger than 1024 KiB" in refusal(f"{server.url}/scripted")


CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "no head": (b"", b"x"),
    "headers": (OK, b"x: y\r\n"),
    "one header": (OK + b"x: ", b"y" * 1024),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunks of one byte": (CHUNKED, b"1\r\nx\r\n"),
    "trailers": (CHUNKED + b"0\r\n", b"x: y\r\n"),
    "chunk extensions": (CHUNKED, b"1;" + b"x" * 1000),
    "body": (OK + b"\r\n", b"x" * 1024),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("pace", [iter, slowly], ids=["fast", "drip"])
def test_an_answer_without_end_ends_by_the_deadline(
    server: Server, name: str, pace: Callable[[Iterable[bytes]], Iterator[bytes]]
) -> None:
    begin, on_and_on = ENDLESS[name]
    server.script = pace(itertools.chain([begin], itertools.repeat(on_and_on)))
    began = time.monotonic()
    assert refusal(f"{server.url}/scripted", timeout=0.3)
    assert time.monotonic() - began < 3


def test_many_headers_and_cookies_are_read_in_little_time(server: Server) -> None:
    headers = b"".join(b"h%d: v\r\n" % n for n in range(4000))
    cookies = b"set-cookie: c=d; expires=Mon, 1 Jan 2035 00:00:00 GMT\r\n" * 800
    server.script = plain(b"hello", headers + cookies)
    began = time.process_time()
    assert call(f"{server.url}/scripted").output["body"] == "hello"
    assert time.process_time() - began < 3


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "NaN"])
def test_json_with_a_number_that_nothing_can_hold_is_text(
    server: Server, number: str
) -> None:
    body = f'{{"n": {number}}}'
    headers = b"content-type: application/json\r\n"
    server.script = plain(body.encode(), headers)
    assert call(f"{server.url}/scripted").output["body"] == body


def test_a_charset_that_takes_the_square_of_the_size_is_not_used(
    server: Server,
) -> None:
    headers = b"content-type: text/plain; charset=punycode\r\n"
    server.script = plain(b"a" * 500_000 + b"-b", headers)
    began = time.process_time()
    assert len(call(f"{server.url}/scripted").output["body"]) == 500_002
    assert time.process_time() - began < 1


def test_a_long_address_is_refused_in_little_time(server: Server) -> None:
    began = time.process_time()
    long = f"{server.url}/{{{{ 'a' * 60_000 }}}}"
    assert "longer than 8,000 characters" in refusal(long)
    server.elsewhere = f"{server.url}/{'a' * 60_000}"
    assert "longer than 8,000 characters" in refusal(f"{server.url}/elsewhere")
    assert refusal("http://{{ 'ü' * 60_000 }}.example/")
    assert time.process_time() - began < 3


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server that does not answer until the test is over."""
    over = threading.Event()

    def look_up(*args: object, **kwargs: object) -> list[object]:
        over.wait(30)
        raise socket.gaierror

    monkeypatch.setattr("workflows.safety.resolving.socket.getaddrinfo", look_up)
    yield
    over.set()
    for thread in threading.enumerate():
        if thread.name == "resolver":
            thread.join(5)


@pytest.mark.usefixtures("mute")
def test_a_name_server_that_does_not_answer_does_not_hold_the_node_up(
    ostinato: Options,
) -> None:
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[])
    began = time.monotonic()
    reason = refusal("http://mute.example/", timeout=0.2)
    assert reason == "No complete response within 0.2 s."
    assert time.monotonic() - began < 6


@pytest.mark.usefixtures("mute")
def test_only_so_many_look_ups_are_left_unanswered() -> None:
    for _ in range(MAX_UNANSWERED):
        refusal("http://mute.example/", timeout=0.2)
    assert "The name server does not answer" in refusal(
        "http://mute.example/", timeout=0.2
    )
    waiting = [each for each in threading.enumerate() if each.name == "resolver"]
    assert len(waiting) == MAX_UNANSWERED
