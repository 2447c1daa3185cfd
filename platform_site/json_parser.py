"""Reads the JSON that clients send."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from typing_extensions import override

from workflows.exceptions import TooLarge


class SafeJSONParser(JSONParser):
    """REST framework's own, which a body of nothing but brackets would crash, and which
    would read a body of any length."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge(most)
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ParseError as error:
            if "int_max_str_digits" in str(error):  # Python's words, for programmers
                raise ParseError("A number in the JSON is too long.") from error
            raise
