"""The parser for JSON request bodies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant
from typing_extensions import override

from workflows.kit.errors import TooLarge

LONGEST_NAME = 200


class SafeJSONParser(JSONParser):
    """Stricter than REST framework's own parser, which reads bodies of any length and fails on
    deeply nested ones."""

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
            text = body.decode((parser_context or {}).get("encoding", "utf-8"))
            read: dict[str, Any] = json.loads(
                text, parse_constant=strict_constant, object_pairs_hook=_each_once
            )
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:
            if "int_max_str_digits" in str(
                error
            ):  # Python's message is meant for programmers
                raise ParseError("A number in the JSON is too long.") from error
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        return read


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with unique names; of a repeated name Python would silently keep the last value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        ((twice, _),) = names.most_common(1)
        raise ParseError(f'The name "{twice[:LONGEST_NAME]}" is repeated.')
    return found
