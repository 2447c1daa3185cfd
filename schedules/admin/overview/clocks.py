"""The sentence about a coming clock change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.overview.lists import Lists
from schedules.services.insight.overview.clock_changes import ClockChange
from workflows.display.numbers import grouped
from workflows.display.times import local, moment

EARLY = 6  # a change before this hour is one of the night


@dataclass(frozen=True, slots=True)
class Told:
    change: str  # "Clocks go forward tonight"
    affected: str  # "40 schedules are affected"
    address: str


def told(change: ClockChange, zone: str, now: datetime, lists: Lists) -> Told:
    """What a reader in `zone` is told at `now`; the zone of the clock unless it is theirs."""
    of = zone if zone in change.zones else change.zones[0]
    there = local(change.at - timedelta(seconds=1), of)
    when = _when(change, of, now)
    where = "" if of == zone else _(" in {}").format(city(of))
    text = _("Clocks go forward{where} {when}")
    if not change.forward:
        text = _("Clocks go back{where} {when}")
    number = grouped(change.schedules)
    affected = ngettext(
        "{} schedule is affected", "{} schedules are affected", change.schedules
    ).format(_("at least {}").format(number) if change.at_least else number)
    address = lists.calendar(f"{there:%Y-%m-%d}") if change.schedules else ""
    return Told(text.format(where=where, when=when), affected, address)


def city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _when(change: ClockChange, zone: str, now: datetime) -> str:
    """ "tonight", or the time: "at 02:00", "Sun 02:00"."""
    before, today = local(change.at - timedelta(seconds=1), zone), local(now, zone)
    if before.hour < EARLY and (before.date() > today.date() or today.hour < EARLY):
        return _("tonight")
    return _("at {}").format(moment(change.at, zone, now))
