"""The services of a site on this machine, and how each is started."""

from __future__ import annotations

import http.client
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from platform_site.local.child_processes import spawn
from platform_site.local.data_dir import BASE_DIR
from platform_site.local.log_files import open_log
from platform_site.local.supervisor import Service

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class LocalSite:
    """The site that `manage.py up` runs from the data folder `folder`."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """The origin of the site."""
        return f"http://{HOST}:{self.port}"

    @property
    def web(self) -> Service:
        """The web server."""
        options = ["--host", HOST, "--port", str(self.port), "--stop-seconds", "1"]
        return self._service("web", ["manage.py", "web", *options])

    @property
    def scheduler(self) -> Service:
        """The process that fires due schedules."""
        return self._service("scheduler", ["manage.py", "rqscheduler"])

    def worker(self, number: int) -> Service:
        """One of the worker processes that run workflows."""
        return self._service(f"worker-{number}", ["manage.py", "rqworker", "workflows"])

    def run_once(self, *command: str) -> Popen[bytes]:
        """Start a `manage.py` command that ends by itself, with a log named after it."""
        return self._python(command[0], ["manage.py", *command])

    def answers(self) -> bool:
        """Whether the web server answers."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _service(self, name: str, arguments: list[str]) -> Service:
        return Service(name, lambda: self._python(name, arguments))

    def _python(self, name: str, arguments: list[str]) -> Popen[bytes]:
        with open_log(self.folder, name) as log:
            return spawn(
                [sys.executable, *arguments],
                output=log,
                env=os.environ | self._environment(),
                cwd=BASE_DIR,
            )

    def _environment(self) -> dict[str, str]:
        own = {"DATA_DIR": str(self.folder)}
        if os.environ.get("SITE_URL", "").strip():
            return own  # workflows call the site at its public address
        # The demo calls this site, which has a loopback address: allow its origin.
        allowed = os.environ.get("HTTP_NODE_ALLOWED_ORIGINS")
        origins = ",".join(filter(None, [allowed, self.address]))
        return own | {
            "SITE_URL": self.address,
            "HTTP_NODE_ALLOWED_ORIGINS": origins,
        }
