"""HTTP to the public internet only, within a deadline.

The guard sits where the connection is made: the address that is checked is the one that is
connected to, so a name that resolves differently a moment later gains nothing, and every
redirect is checked again. The deadline covers everything, name resolution included: a
server that sends one byte now and then cannot extend it. Bodies are decoded and limited in
size.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

import httpcore
import httpx
from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.safety.addresses import is_public
from workflows.safety.decoding import Decoder
from workflows.safety.redaction import SENSITIVE
from workflows.safety.resolving import addresses_of

MAX_URL = 8_000  # characters, for each redirect as well
WRITTEN_AT_ONCE = 16 * 1024


def origin(url: httpx.URL) -> str:
    """`scheme://host:port`, the port always written."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.raw_host.decode()}:{port}"


@dataclass(slots=True)
class GuardedTransport(httpx.BaseTransport):
    """A transport for an httpx client, for one request and its redirects."""

    deadline: float  # of time.monotonic()
    allowed_origins: Collection[str]
    max_bytes: int
    # Raises an error for a URL that must not be called. Every redirect is checked, too.
    check: Callable[[httpx.URL], None] | None = None
    first_origin: str = field(default="", init=False)

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise NodeFailed(
                "The URL is not valid: it must start with http:// or https://."
            )
        if len(request.url.raw_path) > MAX_URL:
            raise NodeFailed(f"The URL is longer than {MAX_URL:,} characters.")
        if self.check:
            self.check(request.url)
        here = origin(request.url)
        self.first_origin = self.first_origin or here
        allowed = {origin(httpx.URL(item)) for item in self.allowed_origins}
        pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(request.url),
            network_backend=_Backend(self.deadline, is_allowed=here in allowed),
        )
        response = pool.handle_request(self._core_request(request, here))
        headers = httpx.Headers(response.headers)
        decoder = Decoder(headers.pop("content-encoding", ""), self.max_bytes)
        return httpx.Response(
            status_code=response.status,
            headers=headers,
            stream=_Body(response, pool, decoder, self.deadline),
            extensions=response.extensions,
        )

    def _core_request(self, request: httpx.Request, here: str) -> httpcore.Request:
        is_elsewhere = here != self.first_origin
        return httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            # A redirect to another site must not receive the secrets of this one.
            headers=[
                (name, value)
                for name, value in request.headers.raw
                if not (is_elsewhere and SENSITIVE.search(name.decode("latin-1")))
            ],
            content=request.stream,
            extensions=request.extensions,
        )


@dataclass(slots=True)
class _Body(httpx.SyncByteStream):
    response: httpcore.Response
    pool: httpcore.ConnectionPool
    decoder: Decoder
    deadline: float

    @override
    def __iter__(self) -> Iterator[bytes]:
        for part in self.response.iter_stream():
            _left(self.deadline)  # one byte at a time takes time, too
            yield self.decoder.feed(part)
        self.decoder.end()

    @override
    def close(self) -> None:
        self.response.close()
        self.pool.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: float, *, is_allowed: bool) -> None:
        self.deadline = deadline
        self.is_allowed = is_allowed

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, _left(self.deadline), local_address, socket_options
                )
            except httpcore.NetworkError as error:
                failure = error
            else:
                return _Stream(stream, self.deadline)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        """The IP addresses of `host`, all of them checked."""
        addresses = addresses_of(host, port, seconds=_left(self.deadline))
        if not self.is_allowed and not all(map(is_public, addresses)):
            # Without the IP address, which would reveal the internal network.
            raise NodeFailed(
                f'"{host}" is not on the public internet, and its origin is not listed in '
                "HTTP_NODE_ALLOWED_ORIGINS."
            )
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # The library applies the timeout to each piece, however many there are.
        for start in range(0, len(buffer), WRITTEN_AT_ONCE):
            piece = buffer[start : start + WRITTEN_AT_ONCE]
            self.stream.write(piece, _left(self.deadline))

    @override
    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self.stream.start_tls(
            ssl_context, server_hostname, _left(self.deadline)
        )
        return _Stream(secure, self.deadline)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)

    @override
    def close(self) -> None:
        self.stream.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The deadline has passed.")
    return left


def _ssl_context(url: httpx.URL) -> SSLContext | None:
    # Loading the certificates takes some 20 ms, which plain HTTP does not need.
    return httpx.create_ssl_context(trust_env=False) if url.scheme == "https" else None
