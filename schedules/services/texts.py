"""The rules on free text: what fits, and what both databases can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

from schedules import limits
from schedules.exceptions import InvalidSchedule
from workflows.json_value import UNSTORABLE

# Control characters, and halves of surrogate pairs (which no database takes).
_NOT_IN_A_LINE = {"Cc", "Cs"}
# What turns the direction of a line, breaks it, or is not seen: two names would look alike.
_NOT_SEEN = {"Cf", "Zl", "Zp"}
# Between letters of Persian or Hindi, and parts of an emoji, these belong to the spelling.
_SPELT = r"[^\s\x00-\x7f\u200c\u200d]"
_JOINING = re.compile(rf"(?<={_SPELT})[\u200c\u200d](?={_SPELT})")


def text_faults(text: str, *, most: int, one_line: bool = False) -> Iterator[str]:
    """Why `text` cannot be saved; nothing if it can."""
    if len(text) > most:
        yield f"At most {most} characters."
    if one_line and _holds(text, _NOT_IN_A_LINE):
        yield "Control characters are not allowed."
    elif one_line and _holds(_JOINING.sub("", text), _NOT_SEEN):
        yield "Characters that are not seen are not allowed."
    elif UNSTORABLE.search(text):
        yield "Null characters and halves of surrogate pairs are not allowed."


def _holds(text: str, categories: Collection[str]) -> bool:
    return any(unicodedata.category(char) in categories for char in text)


def check_text(field: str, text: str, *, most: int) -> None:
    """Raises `InvalidSchedule` for a text that is too long or cannot be stored."""
    faults = list(text_faults(text, most=most))
    if faults:
        raise InvalidSchedule(errors={field: faults})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or cannot be stored.

    Or that would give orders to the terminal of whoever reads it.
    """
    check_text("note", note, most=limits.NOTE_LENGTH)
    if "\x1b" in note:
        raise InvalidSchedule(errors={"note": ["Escape characters are not allowed."]})
