"""The place where the nodes of a drill leave their mark: who started, and how often."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Schedule, nominal time, origin, attempt: what may start once.
Start = tuple[str, str, str, str]


class Marks:
    """A server that counts each start, and takes as long to answer as the path says."""

    def __init__(self) -> None:
        self.starts: Counter[Start] = Counter()
        lock = threading.Lock()
        starts = self.starts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                mark = json.loads(self.rfile.read(size))
                with lock:
                    starts[tuple(map(str, mark["start"]))] += 1
                time.sleep(float(self.path.strip("/")))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                pass  # whoever asked was killed meanwhile

        self._server = Server(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def doubled(self) -> list[Start]:
        return [start for start, times in self.starts.items() if times > 1]

    @contextmanager
    def counting(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
