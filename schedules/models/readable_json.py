"""JSON columns that can be read whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

from typing_extensions import override


class LenientDecoder(json.JSONDecoder):
    """Gives the bare text of what is no JSON.

    A raise would come from every query that meets the row: lists, the outcome of its
    runs, the pause that would take it out of the way.
    """

    @override
    def decode(self, s: str, *args: Any) -> Any:
        try:
            return super().decode(s, *args)
        except ValueError:
            return s
