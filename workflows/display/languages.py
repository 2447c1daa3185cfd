"""Texts that everyone else gets in English, in the language of a page.

Services, API, tools, events and logs know English alone: they never ask which language is active.
"""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from workflows.display.numbers import grouped
from workflows.kit.phrases import Phrase


def in_language(text: str) -> str:
    """The phrase in the language of the page. Other texts, such as those that people wrote,
    stay as they are."""
    if not isinstance(text, Phrase):
        return text
    values = {
        name: in_language(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    one, many = text.one, text.many
    template = ngettext(one, many, text.number) if many else gettext(one)
    if "count" in values and many:
        values["count"] = grouped(text.number)
    return template.format(**values) if values else template
