"""What a call knows of the run that it is part of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _not_recorded(output: Any) -> None:
    """For a call that is not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    run_id: str = ""
    attempt: int = 1
    # Records what is known of the output so far, in case the call never returns.
    record: Callable[[Any], None] = _not_recorded
