"""The last day in numbers: the legend of its chart, and its table."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from schedules.admin.overview.lists import Lists
from schedules.models import OPEN_STATUSES, RunStatus
from schedules.services.insight.overview.run_hours import HOUR, LastDay
from workflows.display.marks import RUN_MARKS
from workflows.display.numbers import grouped
from workflows.display.times import local

DRAWN = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.MISSED)
ENDED = (*DRAWN, RunStatus.SKIPPED, RunStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Total:
    """How many runs of the day have this outcome."""

    status: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class HourRow:
    time: str
    numbers: list[int]
    address: str


def totals(day: LastDay, lists: Lists) -> list[Total]:
    """Those that the chart draws."""
    begin = day.hours[0].begins
    words = {
        RunStatus.SUCCEEDED: _("{} succeeded"),
        RunStatus.FAILED: _("{} failed"),
        RunStatus.MISSED: _("{} missed"),
    }
    return [
        Total(
            status.value,
            words[status].format(grouped(day.total(status))),
            lists.runs_between(begin, status__exact=status.value),
        )
        for status in DRAWN
    ]


def columns() -> list[str | Promise]:
    return [*(RUN_MARKS[status].word for status in ENDED), _("Not ended")]


def rows(day: LastDay, lists: Lists, zone: str) -> list[HourRow]:
    """The hours, the newest first."""
    return [
        HourRow(
            date_format(local(hour.begins, zone), "H:i"),
            [
                *(hour.number(status) for status in ENDED),
                sum(hour.number(status) for status in OPEN_STATUSES),
            ],
            lists.runs_between(hour.begins, hour.begins + HOUR),
        )
        for hour in reversed(day.hours)
    ]
