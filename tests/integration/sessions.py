"""The processes of a session."""

from __future__ import annotations

import os
from contextlib import suppress

import psutil


def living(session: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            in_it = os.getsid(process.pid) == session
            if in_it and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
