"""The mark of a state: a shape, a word and a colour, so that colour alone tells nothing.

Shapes are the symbols of `state_shapes.svg`; the table is that of the design guide, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Tone = Literal["ok", "bad", "warn", "busy", "agent", "idle"]


@dataclass(frozen=True, slots=True)
class Mark:
    """`is_loud`: on a ground of its colour, for what a person may have to act on."""

    shape: str
    word: str | Promise
    tone: Tone
    is_loud: bool = False


# By the status of a run or an execution.
RUN_MARKS: dict[str, Mark] = {
    "pending": Mark("queued", _("Queued"), "busy"),
    "waiting": Mark("waiting", _("Waiting"), "busy"),
    "running": Mark("running", _("Running"), "busy"),
    "succeeded": Mark("succeeded", _("Succeeded"), "ok"),
    "failed": Mark("failed", _("Failed"), "bad"),
    "cancelled": Mark("cancelled", _("Cancelled"), "idle"),
    "skipped": Mark("skipped", _("Skipped"), "idle"),
    "missed": Mark("missed", _("Missed"), "warn"),
}
UNKNOWN = Mark("cancelled", _("Unknown"), "idle")


def run_mark(status: str) -> Mark:
    """The mark of a run or an execution."""
    return RUN_MARKS.get(status, UNKNOWN)


def mark_html(
    mark: Mark, *, plain: bool = False, small: bool = False, word_hidden: bool = False
) -> SafeString:
    """The mark as HTML. `plain` colours only the shape, for where many stand together;
    `word_hidden` keeps the word for screen readers only."""
    classes = ["o-state", f"is-{mark.tone}"]
    classes += ["o-state--loud"] if mark.is_loud else []
    classes += ["o-state--plain"] if plain else []
    classes += ["o-state--s"] if small else []
    word = format_html('<span class="o-sr">{}</span>', mark.word)
    return format_html(
        '<span class="{}"><svg viewBox="0 0 16 16" aria-hidden="true"><use href="#s-{}"/>'
        "</svg>{}</span>",
        " ".join(classes),
        mark.shape,
        word if word_hidden else mark.word,
    )
