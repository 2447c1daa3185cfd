"""The function that every site has, so that there is one to try: it only counts."""

from __future__ import annotations

from typing import TypedDict

from workflows.functions import workflow_function


class Summary(TypedDict):
    characters: int
    words: int
    lines: int


@workflow_function
def text_summary(text: str) -> Summary:
    """Count the characters, words and lines of a text."""
    return {
        "characters": len(text),
        "words": len(text.split()),
        "lines": len(text.splitlines()),
    }
