"""Calls in threads that begin at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

Call = Callable[[], Any]


def at_once(calls: Iterable[Call]) -> list[Any]:
    """What each call returned, or raised; all begin at the same moment."""
    calls = list(calls)
    barrier = Barrier(len(calls))

    def run(call: Call) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
