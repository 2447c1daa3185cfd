"""JSON columns that can be read even if their content is not valid JSON."""

from __future__ import annotations

import json
from typing import Any

from typing_extensions import override


class LenientDecoder(json.JSONDecoder):
    """Returns the text itself if it is not valid JSON.

    An exception would break every query that reads the row: lists, the outcomes of its runs,
    and even the pause that would take it out of service.
    """

    @override
    def decode(self, s: str, *args: Any) -> Any:
        try:
            return super().decode(s, *args)
        except ValueError:
            return s
