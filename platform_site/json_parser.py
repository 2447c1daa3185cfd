"""Reads the JSON that clients send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from typing_extensions import override


class SafeJSONParser(JSONParser):
    """REST framework's own, which a body of nothing but brackets would crash."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ParseError as error:
            if "int_max_str_digits" in str(error):  # Python's words, for programmers
                raise ParseError("A number in the JSON is too long.") from error
            raise
