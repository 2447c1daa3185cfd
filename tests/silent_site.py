"""A server that takes connections and never answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

LONG_SECONDS = 40


@pytest.fixture
def silent_site(ostinato) -> Iterator[socket.socket]:
    """Nodes may call it; whoever takes a connection of it waits for one, but not for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONG_SECONDS)
        ostinato(HTTP_NODE_ALLOWED_ORIGINS=[address_of(server)])
        yield server


def address_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"
