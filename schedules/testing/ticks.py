"""`assert_next_ticks`: a timing is due when a test says, and not at other times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from itertools import zip_longest

from django.utils import timezone as django_timezone

from schedules.declared import When
from schedules.models import ScheduledJob
from schedules.services.drafts.draft import apply_fields, check_draft
from schedules.testing.clock import Moment, moment, shown
from schedules.timing import CronTiming, Timing, between, occurrence_note
from schedules.timing.zones import LATEST


def assert_next_ticks(
    what: ScheduledJob | Timing | When,
    ticks: Sequence[Moment],
    *,
    after: Moment | None = None,
    timezone: str = "",
) -> None:
    """Assert that these are the first ticks of a schedule or a timing after `after` (now).

    A timing may be what `cron`, `every` and `once` return: as if a schedule were made now.
    Times without an offset are local times of `timezone`, or of the zone of the schedule.
    With an empty list: that no tick is left.
    """
    now = django_timezone.now()  # noqa: TID251 an entry point
    if isinstance(what, When):
        what = _schedule_of(what, now)
    zone = timezone or _zone(what)
    begin = now if after is None else moment(after, zone, now)
    timing = what.timing if isinstance(what, ScheduledJob) else what
    expected = [moment(tick, zone, now) for tick in ticks]
    actual = between(timing, begin, LATEST, max(1, len(expected)))
    if actual != expected:
        pairs = zip_longest(expected, actual)
        lines = [_compared(timing, pair, zone) for pair in pairs]
        heading = f"These are not the next ticks after {shown(begin, zone)}:"
        raise AssertionError("\n".join([heading, *lines]))


def _schedule_of(when: When, now: datetime) -> ScheduledJob:
    """A schedule that has this timing, and is not saved. Raises `InvalidSchedule`."""
    given = {each.name: getattr(when, each.name) for each in fields(when)}
    draft = ScheduledJob(created_at=now, updated_at=now)
    apply_fields(
        draft,
        {name: value for name, value in given.items() if value is not None},
        now=now,
    )
    check_draft(draft, ignoring=("name", "workflow"))
    return draft


def _zone(what: ScheduledJob | Timing) -> str:
    if isinstance(what, ScheduledJob | CronTiming):
        return what.timezone
    return django_timezone.get_current_timezone_name()


NOTES = {
    "moved_by_gap": " (the clocks skip its time that day)",
    "first_of_two": " (its time comes twice that day; it runs at the first)",
    None: "",
}


def _compared(
    timing: Timing, pair: tuple[datetime | None, datetime | None], zone: str
) -> str:
    expected, actual = pair
    note = NOTES[occurrence_note(timing, actual)] if actual else ""
    found = f"{shown(actual, zone) if actual else 'no tick'}{note}"
    if expected == actual:
        return f"  {found}"
    wanted = shown(expected, zone) if expected else "no tick"
    return f"! {found}, where {wanted} was expected"
