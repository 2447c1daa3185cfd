"""Two servers, of which a node may call the first."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from tests.options import Options
from tests.workflows.http_servers import Server


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    both = Server(), Server()
    for server in both:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield both
    for server in both:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(servers: tuple[Server, Server], ostinato: Options) -> Server:
    ostinato(HTTP_NODE_ALLOWED_ORIGINS=[servers[0].url])
    return servers[0]
