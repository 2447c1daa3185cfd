"""The one way in which a timing is refused."""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_QUOTE = 60


class TimingError(ValueError):
    """A timing that must not be saved.

    `field` is the model field to blame, the message says what is wrong with it
    and what would be accepted. `suggestion` holds fields that mean what was meant, and
    can be sent as they are, where these are known.
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
    """Foreign text for a message: in quotes, in one line, never long."""
    shown = text if isinstance(text, str) else repr(text)
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[:_LONGEST_QUOTE] + "..."
    return '"' + shown.encode("unicode_escape").decode("ascii") + '"'
