"""What the page says of a bulk action that was confirmed: how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.bulk.words import WORDS, Text, Words, number
from schedules.models import BulkAction, BulkItem, BulkOutcome

ROWS = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """The schedules with one outcome."""

    outcome: str
    label: Text
    count: str


@dataclass(frozen=True, slots=True)
class Account:
    words: Words
    title: str
    progress: str
    left: str
    tabs: list[Tab]
    outcome: str
    items: Page[BulkItem]


def title(action: BulkAction) -> str:
    words, total = WORDS[action.verb], number(action.total)
    if action.is_unfinished:
        return str(words.going).format(total)
    return str(words.past).format(number(action.done_count), total)


def progress(action: BulkAction) -> str:
    """How far it is: "3,100 of 8,214 schedules, 12 refused"."""
    told = _("{} of {} schedules").format(number(action.place), number(action.total))
    if count := action.refused_count:
        refused = ngettext("{} refused", "{} refused", count).format(number(count))
        told = f"{told}, {refused}"
    return told


def left(action: BulkAction) -> str:
    """What was left when the person ended it; empty if nothing was."""
    if action.finished_at is None or not action.rest:
        return ""
    return ngettext(
        "{} schedule was left as it was.",
        "{} schedules were left as they were.",
        action.rest,
    ).format(number(action.rest))


def state(action: BulkAction) -> str:
    """In the list of one's own."""
    if action.is_unfinished:
        place, total = number(action.place), number(action.total)
        return _("Unfinished, {} of {}: continue").format(place, total)
    told = left(action) or _("Finished")
    if count := action.refused_count:
        refused = ngettext("{} refused", "{} refused", count).format(number(count))
        return f"{told.rstrip('.')}, {refused}"
    return told


def account(action: BulkAction, *, outcome: str = "", page: Any = 1) -> Account:
    """`outcome` chooses the rows; by default the refused ones, if there are any."""
    words = WORDS[action.verb]
    counts = (
        (BulkOutcome.REFUSED, words.refused, action.refused_count),
        (BulkOutcome.DONE, words.done, action.done_count),
        (BulkOutcome.UNCHANGED, _("Unchanged"), action.unchanged_count),
    )
    tabs = [Tab(each, label, number(count)) for each, label, count in counts if count]
    offered = [tab.outcome for tab in tabs]
    if outcome not in offered:
        outcome = offered[0] if offered else BulkOutcome.DONE
    rows = Paginator(action.items.filter(outcome=outcome), ROWS)
    rows.__dict__["count"] = getattr(action, f"{outcome}_count")  # it is known
    return Account(
        words=words,
        title=title(action),
        progress=progress(action),
        left=left(action),
        tabs=tabs,
        outcome=outcome,
        items=rows.get_page(page),
    )
