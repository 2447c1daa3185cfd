"""What can be done with a schedule from its row: two buttons and a menu."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.admin.buttons import DECLINE, Button
from schedules.models import ScheduledJob, ScheduleType, Status

# By the name of the button: its icon, its hint, and what screen readers say. To decline asks
# why, on the page of what awaits approval.
LOOKS: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "pause": ("pause", gettext_lazy("Pause"), gettext_lazy("Pause {}")),
    "resume": ("play", gettext_lazy("Resume"), gettext_lazy("Resume {}")),
    "approve": ("check", gettext_lazy("Approve"), gettext_lazy("Approve {}")),
    "run": ("zap", gettext_lazy("Run now"), gettext_lazy("Run {} now")),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person may do with the schedule apart from its buttons."""

    change: bool
    delete: bool
    backfill: bool
    add: bool


def row_actions(
    schedule: ScheduledJob, buttons: Iterable[Button], rights: Rights
) -> SafeString:
    """The buttons that its state suggests, then the menu, in which are those that have no look
    of their own. Addresses are below the list's."""
    buttons = list(buttons)
    pressed = format_html_join("", BUTTON, _buttons(schedule, buttons))
    parts = [*_entries(schedule, rights, buttons), *_deletion(schedule, rights)]
    menu = ""
    if parts:
        entries = format_html_join("", "{}", ((part,) for part in parts))
        menu = format_html(MENU, _("More for {}").format(schedule.name), DOTS, entries)
    return format_html('<span class="o-row-actions">{}{}</span>', pressed, menu)


BUTTON = (
    '<button class="o-btn o-btn--s o-btn--icon" formaction="{}" aria-label="{}" '
    'title="{}">{}</button>'
)
MENU = (
    '<details class="o-menu" name="menu"><summary class="o-btn o-btn--s o-btn--icon" '
    'aria-label="{}">{}</summary><div class="o-menu__list">{}</div></details>'
)


@cache
def drawing(name: str) -> SafeString:
    """Shorter than other icons: a page has 350 of them, all in buttons or beside words."""
    return format_html('<svg class="o-icon"><use href="#i-{}"/></svg>', name)


DOTS = drawing("ellipsis")


def _buttons(
    schedule: ScheduledJob, buttons: Iterable[Button]
) -> Iterator[tuple[object, ...]]:
    for button in buttons:
        if button.name in LOOKS:
            name, hint, spoken = LOOKS[button.name]
            address = f"{schedule.pk}/{button.name}/"
            yield address, str(spoken).format(schedule.name), hint, drawing(name)


def _entries(
    schedule: ScheduledJob, rights: Rights, buttons: Iterable[Button]
) -> Iterator[SafeString]:
    page = f"{schedule.pk}/change/"
    if rights.change:
        yield _entry(f"{page}#settings", "pencil", _("Edit"))
    if rights.add:
        yield _entry(f"add/?copy={schedule.pk}", "copy", _("Duplicate"))
    has_past = schedule.schedule_type not in (ScheduleType.MANUAL, ScheduleType.ONCE)
    if rights.backfill and has_past and schedule.status != Status.STOPPED:
        yield _entry(f"{page}#backfill", "history", _("Backfill past runs…"))
    for button in buttons:
        if button.name not in LOOKS and button is not DECLINE:
            address = f"{schedule.pk}/{button.name}/"
            label = button.label
            yield format_html('<button formaction="{}">{}</button>', address, label)


def _deletion(schedule: ScheduledJob, rights: Rights) -> Iterator[SafeString]:
    if rights.delete:
        if rights.change or rights.add:
            yield SafeString("<hr>")
        yield _entry(f"{schedule.pk}/delete/", "trash-2", _("Delete…"), "is-danger")


def _entry(address: str, name: str, label: str, css: str = "") -> SafeString:
    look = format_html(' class="{}"', css) if css else ""
    return format_html('<a href="{}"{}>{}{}</a>', address, look, drawing(name), label)
