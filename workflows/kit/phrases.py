"""English texts that pages can say in other languages.

A `Phrase` is its English text, wherever it is used. It also keeps the template and the values it
was made of, from which `workflows.display.languages` makes it again in the language of a page.
`manage.py makemessages` finds the templates by the names `phrase` and `phrases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import override


class Phrase(str):
    """`many` is the template for all numbers but 1, if the text depends on a `number`."""

    __slots__ = ("many", "number", "one", "values")
    one: str
    many: str
    number: int
    values: Mapping[str, Any]

    def __new__(
        cls,
        one: str,
        many: str = "",
        number: int = 1,
        values: Mapping[str, Any] | None = None,
    ) -> Phrase:
        template = many if many and number != 1 else one
        made = super().__new__(cls, template.format(**values) if values else template)
        made.one, made.many, made.number = one, many, number
        made.values = values or {}
        return made

    @override
    def __reduce__(self) -> tuple[type[Phrase], tuple[Any, ...]]:
        return Phrase, (self.one, self.many, self.number, dict(self.values))

    def fill(self, **values: Any) -> Phrase:
        """This template with its values."""
        return Phrase(self.one, self.many, self.number, values)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Two templates, for one and for many. `{count}` in them is the number."""

    one: str
    many: str

    def of(self, number: int, **values: Any) -> Phrase:
        values["count"] = f"{number:,}"
        return Phrase(self.one, self.many, number, values)


def phrase(text: str, **values: Any) -> Phrase:
    """The text `text.format(**values)`."""
    return Phrase(text, values=values)


def phrases(one: str, many: str) -> Phrases:
    return Phrases(one, many)
