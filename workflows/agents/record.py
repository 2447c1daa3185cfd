"""The record of an agent's requests and tool calls, which becomes its node's output.

An entry is written before the call and again after it: one without `seconds` was under way
when the node ended. Long texts are cut so that the whole record always fits, and secrets
are redacted.
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

LONG = 2000  # bytes of JSON, for each text or value
SHORT = 200  # once the record is LONG_UNTIL large
LONG_UNTIL = 64 * 1024
FULL = 160 * 1024
WIDEST = 12  # bytes of JSON that one character may take

Entry = dict[str, Any]


@dataclass(slots=True)
class Record:
    """The entries so far; passes the whole record to `write` after every change."""

    spending: Spending
    write: Callable[[Any], None]
    clock: Clock
    secrets: Collection[str] = ()
    calls: list[Entry] = field(default_factory=list)
    left_out: int = 0
    size: int = 0

    @contextmanager
    def call(self, kind: str, **request: Any) -> Iterator[Entry]:
        """Record what the body does. Yields a dict to which the body adds its outcome."""
        at = self.clock().isoformat()
        entry = {"kind": kind, "at": at, **self._redacted(request)}
        self._add(entry)
        self.save()
        began = time.monotonic()
        outcome: Entry = {}
        try:
            yield outcome
        finally:
            entry |= self._redacted(outcome)
            entry["seconds"] = round(time.monotonic() - began, 3)
            self.size += len(json.dumps(entry))
        self.save()

    def refusal(self, **fields: Any) -> None:
        """Add an entry for a tool call that is not made. Call `save` afterwards."""
        at = self.clock().isoformat()
        redacted = self._redacted({**fields, "is_error": True})
        entry = {"kind": "tool", "at": at, **redacted, "seconds": 0.0}
        self._add(entry)
        self.size += len(json.dumps(entry))

    def _add(self, entry: Entry) -> None:
        if self.size > FULL:
            self.left_out += 1
        else:
            self.calls.append(entry)

    def save(self) -> None:
        """Pass the whole record to `write`."""
        self.write(self.whole())

    def whole(self, **more: Any) -> dict[str, Any]:
        """The output of the node: `more`, the usage and the calls."""
        left_out = {"calls_left_out": self.left_out} if self.left_out else {}
        usage = self.spending.usage()
        redacted = redact_known(more, self.secrets)
        return {**redacted, "usage": usage, "calls": [*self.calls], **left_out}

    def _redacted(self, values: Entry) -> Entry:
        limit = LONG if self.size < LONG_UNTIL else SHORT
        # Each value by itself: the field "tokens" of an entry is not a secret.
        return {
            name: excerpt(redact(redact_known(value, self.secrets)), limit)
            for name, value in values.items()
        }


def excerpt(value: Any, limit: int) -> Any:
    """A JSON value unchanged if it is small, otherwise the beginning of its text."""
    if problem(value, max_bytes=limit) is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = text[:limit]
    if len(json.dumps(cut)) > limit:
        cut = text[: limit // WIDEST]
    return f"{cut}… ({len(text):,} characters in all)"
