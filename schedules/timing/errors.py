"""`TimingError`, the refusal of a timing."""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_QUOTE = 60


class TimingError(ValueError):
    """A timing that is not valid.

    `field` is the model field with the problem; the message states what is not valid and what
    is accepted. `suggestion` contains fields that can be sent instead, if the intended ones
    are known.
    """

    def __init__(
        self,
        field: str,
        message: str,
        *,
        suggestion: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.suggestion = suggestion


def quoted(text: object) -> str:
    """Text of a user for a message: in quotes, on one line, and shortened."""
    shown = text if isinstance(text, str) else repr(text)
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[:_LONGEST_QUOTE] + "..."
    return '"' + shown.encode("unicode_escape").decode("ascii") + '"'
