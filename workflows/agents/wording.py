"""What a model says, so that it can be said to it again: half a surrogate pair is no text
that UTF-8 can carry."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from pydantic_ai.messages import ModelResponse, ModelResponsePart

from workflows.json_value import UNSTORABLE, storable


def sendable(response: ModelResponse) -> ModelResponse:
    """The response with U+FFFD for what cannot be sent; nothing of arguments is mended, but
    written so that whoever checks them refuses them."""
    return replace(response, parts=[_part(part) for part in response.parts])


def _part(part: ModelResponsePart) -> ModelResponsePart:
    texts = {
        item.name: value
        for item in fields(part)
        if item.init
        and isinstance(value := getattr(part, item.name), str)
        and UNSTORABLE.search(value)
    }
    mended: dict[str, Any] = {
        name: UNSTORABLE.sub(_escaped, text) if name == "args" else storable(text)
        for name, text in texts.items()
    }
    return replace(part, **mended) if mended else part


def _escaped(found: Any) -> str:
    """A character as JSON writes it inside a text."""
    return f"\\u{ord(found[0]):04x}"
