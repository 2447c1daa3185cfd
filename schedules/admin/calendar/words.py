"""What the calendar says in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.services.insight.calendar.day import Day, Frequent
from schedules.services.insight.calendar.entries import TOGETHER, Entry
from schedules.services.insight.local_days import LocalDay
from schedules.timing.zones import OffsetChange, local_time
from workflows.display.numbers import grouped

HOUR = 3600
_SECOND = timedelta(seconds=1)
NORMAL_HOURS = 24


def entry_name(entry: Entry) -> str:
    """The name of the schedule, or how many there are."""
    if entry.schedules >= TOGETHER:
        return _("{} schedules").format(grouped(entry.schedules))
    return entry.name


def entry_short(entry: Entry) -> str:
    """The same for a cell: "38 from 02:00" where a clock change has moved them."""
    if entry.schedules >= TOGETHER and entry.moved_from:
        return _("{number} from {time}").format(
            number=grouped(entry.schedules), time=f"{entry.moved_from:%H:%M}"
        )
    return entry_name(entry)


def entry_text(entry: Entry) -> str:
    """ "GDPR erasure sweep, 3 of 4", "Nightly export, moved from 02:30"."""
    parts = [entry_name(entry)]
    if entry.of > 1 and entry.schedules < TOGETHER:
        parts.append(_("{number} of {all}").format(number=entry.number, all=entry.of))
    if entry.moved_from:
        parts.append(_("moved from {}").format(f"{entry.moved_from:%H:%M}"))
    if entry.kind == "paused":
        parts.append(_("paused"))
    if entry.kind == "proposed":
        parts.append(_("needs approval"))
    return ", ".join(parts)


def day_title(day: LocalDay) -> str:
    return date_format(day.date, "l j F Y")


def day_summary(found: Day, city: str) -> str:
    """ "7,318 runs, 40 of them moved. This day has 23 hours in Berlin."."""
    sentences = [_numbers(found)]
    hours = (found.day.ends - found.day.begins).total_seconds() / HOUR
    if hours != NORMAL_HOURS:
        sentences.append(
            _("This day has {hours} hours in {city}.").format(
                hours=f"{hours:g}", city=city
            )
        )
    if found.left_out:
        sentences.append(
            ngettext(
                "{} schedule is left out.", "{} schedules are left out.", found.left_out
            ).format(grouped(found.left_out))
        )
    return " ".join(sentences)


def _numbers(found: Day) -> str:
    if found.ran is None:
        return _("More runs than can be counted.")
    parts = []
    if found.ran or not found.coming:
        parts.append(_runs(found.ran))
    if found.ran and found.coming:
        parts[0] = _("{} so far").format(parts[0])
    if found.failed:
        parts.append(
            ngettext("{} failed", "{} failed", found.failed).format(
                grouped(found.failed)
            )
        )
    if found.coming:
        coming = grouped(found.coming)
        parts.append(
            _("{} to come").format(coming) if found.ran else _runs(found.coming)
        )
    if found.moved:
        moved = grouped(found.moved)
        parts.append(
            ngettext("{} of them moved", "{} of them moved", found.moved).format(moved)
        )
    return _("{}.").format(", ".join(parts))


def _runs(number: int) -> str:
    return ngettext("{} run", "{} runs", number).format(grouped(number))


def frequent_number(each: Frequent) -> tuple[str, str]:
    """The number of runs, and what they are."""
    ran, coming = grouped(each.ran), grouped(each.coming)
    if each.ran and each.coming:
        return ran, _("so far, {} to come").format(coming)
    if each.ran:
        failed = grouped(each.failed)
        return ran, _("runs, {} failed").format(failed) if each.failed else _("runs")
    if each.kind == "paused":
        return coming, _("runs, if it were not paused")
    if each.kind == "proposed":
        return coming, _("runs, if it is approved")
    return coming, _("runs")


def change_text(change: OffsetChange, zone: str) -> tuple[str, str, str]:
    """What a clock change does to the day, how the clocks go, and the icon for it."""
    earlier, later = sorted((f"{change.old:%H:%M}", f"{change.new:%H:%M}"))
    old = f"{change.old:%H:%M} {local_time(change.at - _SECOND, zone).tzname()}"
    new = f"{change.new:%H:%M} {local_time(change.at, zone).tzname()}"
    if change.new > change.old:
        return (
            _("{old} to {new} does not exist.").format(
                old=f"{change.old:%H:%M}", new=f"{change.new:%H:%M}"
            ),
            _(
                "Clocks go from {old} to {new}; runs due in between start at {at}."
            ).format(old=old, new=new, at=f"{change.new:%H:%M}"),
            "clock-arrow-up",
        )
    return (
        _("{earlier} to {later} happens twice.").format(earlier=earlier, later=later),
        _("Clocks go back from {old} to {new}.").format(old=old, new=new),
        "clock-arrow-down",
    )
