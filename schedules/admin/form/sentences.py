"""What the form says about a schedule in words: each section in a sentence, what the policies
mean for it, and what clock changes do to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.form.words import OPTIONS
from schedules.models import CatchupPolicy, ScheduledJob, ScheduleType
from schedules.services.insight.policies import missed_of, overlaps_of, retry_waits
from schedules.services.insight.preview import Preview
from schedules.timing import zones
from schedules.timing.clock_effects import ClockEffect, clock_effects
from schedules.timing.zones import wall_time
from workflows.display.languages import in_language
from workflows.display.times import MINUTE, length, moment

Values = Mapping[str, Any]


def of_timing(preview: Preview) -> str:
    """The sentence without the zone, which stands beside it."""
    return in_language(preview.text).replace(f" ({preview.timezone})", "")


def when(preview: Preview) -> str:
    return f"{of_timing(preview)}, {preview.timezone}"


def overlap(draft: ScheduledJob) -> str:
    return str(OPTIONS["overlap_policy"][draft.overlap_policy].title)


def late(draft: ScheduledJob) -> str:
    title = OPTIONS["catchup_policy"][draft.catchup_policy].title
    if draft.catchup_policy == CatchupPolicy.NONE:
        return str(title)
    window = short(draft.catchup_window_seconds)
    return _("{what}, up to {window} late").format(what=title, window=window)


def failures(draft: ScheduledJob) -> str:
    parts = [_retries(draft)]
    if draft.pause_after_failures:
        parts.append(
            ngettext(
                "pause after {} failure",
                "pause after {} failures in a row",
                draft.pause_after_failures,
            ).format(draft.pause_after_failures)
        )
    parts.append(_("time limit {}").format(short(draft.timeout_seconds)))
    return "; ".join(parts)


def _retries(draft: ScheduledJob) -> str:
    waits = [_span(wait) for wait in retry_waits(draft)]
    if not waits:
        return _("No retries")
    shown = waits[:3]
    listed = (
        ", ".join([*shown, "…"]) if len(waits) > 3 else get_text_list(shown, _("and"))
    )
    return ngettext(
        "Retry once, after {waits}", "Retry {count} times, after {waits}", len(waits)
    ).format(count=len(waits), waits=listed)


def limits(draft: ScheduledJob, *, now: datetime) -> str:
    def at(time: datetime | None, text: str, none: str) -> str:
        return text.format(moment(time, draft.timezone, now)) if time else none

    parts = [
        at(draft.start_at, _("Not before {}"), ""),
        at(draft.end_at, _("ends {}"), _("no end date")),
        ngettext("ends after {} run", "ends after {} runs", draft.max_runs).format(
            draft.max_runs
        )
        if draft.max_runs
        else _("no limit of runs"),
        _("delayed by up to {}").format(short(draft.jitter_seconds))
        if draft.jitter_seconds
        else _("no random delay"),
    ]
    text = ", ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def overlap_means(draft: ScheduledJob, *, now: datetime) -> str:
    """Whether runs of this schedule can overlap."""
    if draft.schedule_type == ScheduleType.MANUAL:
        return _("Runs on request start at once, whatever you choose here.")
    if draft.schedule_type == ScheduleType.ONCE:
        return _("It has only one run, so this makes no difference.")
    found = overlaps_of(draft, now=now)
    if found.shortest is None:
        return ""
    between, longest = _span(found.shortest), _span(found.longest)
    if found.can_happen:
        text = _(
            "Its runs can be {between} apart and may take up to {longest} with their "
            "retries, so they can overlap."
        )
    else:
        text = _(
            "Its runs are at least {between} apart and end within {longest}, retries "
            "included, so they do not overlap by themselves."
        )
    return text.format(between=between, longest=longest)


def late_means(draft: ScheduledJob, *, now: datetime) -> str:
    """How many runs an outage can leave to be made up."""
    if draft.schedule_type == ScheduleType.MANUAL:
        return _("It has no times of its own, so none can be missed.")
    window = short(draft.catchup_window_seconds)
    if draft.schedule_type == ScheduleType.ONCE:
        text = _("Its one run is made up if it is found within {}.")
        return text.format(window)
    found = missed_of(draft, now=now)
    if found is None:
        return ""
    if found.due <= 1:
        text = _(
            "A window of {window} holds one of its runs: at most that one is made up."
        )
        return text.format(window=window)
    text = _(
        "A window of {window} holds up to {due} of its runs; “Run them all” makes up {all}."
    )
    return text.format(window=window, due=found.due, all=found.all)


def _span(duration: timedelta) -> str:
    return short(int(duration.total_seconds()))


def short(seconds: int) -> str:
    """A whole number of seconds: "30 s", "2 min"."""
    return length(seconds) if seconds >= MINUTE else _("{} s").format(seconds)


def clock_remarks(
    draft: ScheduledJob, requested: datetime | None, *, now: datetime
) -> list[str]:
    """What clock changes do to its runs. `requested`: the wall time of a single run as it was
    typed, which may not exist."""
    zone = draft.timezone
    effects = clock_effects(draft.timing, zone, now=now)
    if draft.run_at and requested and requested != wall_time(draft.run_at, zone):
        effects = [ClockEffect("skipped", requested, draft.run_at)]
    return [_effect(effect, zone) for effect in effects if effect.kind != "no_changes"]


def _effect(effect: ClockEffect, zone: str) -> str:
    wall = effect.wall
    if effect.kind == "real_time":
        return _(
            "It follows elapsed time: clock changes neither skip nor repeat a run."
        )
    if wall is None:
        return _("Clock changes do not touch its times.")
    if effect.kind == "spared" or effect.at is None:
        text = _("Clock changes skip or repeat {}, but on none of its days.")
        return text.format(clock(wall))
    at = zones.local_time(effect.at, zone)
    if effect.kind == "skipped":
        text = _("{wall} does not exist on {day}: it runs at {at} instead.")
    else:
        text = _("{wall} happens twice on {day}: it runs the first time, {at} {name}.")
    return text.format(
        wall=clock(wall),
        day=date_format(wall, "j F"),
        at=clock(at),
        name=at.tzname() or "",
    )


def clock(at: datetime) -> str:
    return date_format(at, "H:i:s" if at.second else "H:i")


def payload(value: object) -> str:
    """What a payload holds, by its number of fields."""
    number = len(value) if isinstance(value, dict) else 0
    if not number:
        return _("Empty")
    return ngettext("{} field", "{} fields", number).format(number)
