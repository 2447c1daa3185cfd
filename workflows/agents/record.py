"""What an agent has done, as its node's output has it: every request and every tool call.

An entry is on record before the thing is done, and again after: one without `seconds` was
under way when the node ended. Texts are cut and secrets hidden, so that the whole of it
always fits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workflows.agents.budget import Spending
from workflows.kit.json_value import problem
from workflows.safety.redaction import redact, redact_known
from workflows.tools import Clock

LONG = 2000  # of JSON, for each text or value
SHORT = 200  # once the record is LONG_UNTIL large
LONG_UNTIL = 64 * 1024
FULL = 160 * 1024
WIDEST = 12  # what one character may take as JSON

Entry = dict[str, Any]


@dataclass(slots=True)
class Record:
    """Keeps it, and hands the whole to `write` whenever there is something new."""

    spending: Spending
    write: Callable[[Any], None]
    clock: Clock
    secrets: Collection[str] = ()
    calls: list[Entry] = field(default_factory=list)
    left_out: int = 0
    size: int = 0

    @contextmanager
    def call(self, kind: str, **asked: Any) -> Iterator[Entry]:
        """An entry for what the body does; the body adds what came of it."""
        entry = {"kind": kind, "at": self.clock().isoformat(), **self._shown(asked)}
        self._add(entry)
        self.save()
        began = time.monotonic()
        came_of_it: Entry = {}
        try:
            yield came_of_it
        finally:
            entry |= self._shown(came_of_it)
            entry["seconds"] = round(time.monotonic() - began, 3)
            self.size += len(json.dumps(entry))
        self.save()

    def refusal(self, **what: Any) -> None:
        """An entry for a tool call that is not made; `save` it."""
        at = self.clock().isoformat()
        said = self._shown({**what, "is_error": True})
        entry = {"kind": "tool", "at": at, **said, "seconds": 0.0}
        self._add(entry)
        self.size += len(json.dumps(entry))

    def _add(self, entry: Entry) -> None:
        if self.size > FULL:
            self.left_out += 1
        else:
            self.calls.append(entry)

    def save(self) -> None:
        self.write(self.whole())

    def whole(self, **more: Any) -> dict[str, Any]:
        left_out = {"calls_left_out": self.left_out} if self.left_out else {}
        usage = self.spending.usage()
        said = redact_known(more, self.secrets)
        return {**said, "usage": usage, "calls": [*self.calls], **left_out}

    def _shown(self, values: Entry) -> Entry:
        limit = LONG if self.size < LONG_UNTIL else SHORT
        # Each by itself: what an entry calls "tokens" is no secret.
        return {
            name: excerpt(redact(redact_known(value, self.secrets)), limit)
            for name, value in values.items()
        }


def excerpt(value: Any, limit: int) -> Any:
    """A JSON value as it is if it is small, else the beginning of its text."""
    if problem(value, max_bytes=limit) is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = text[:limit]
    if len(json.dumps(cut)) > limit:
        cut = text[: limit // WIDEST]
    return f"{cut}… ({len(text):,} characters in all)"
