"""The cells of the list of schedules: what it is, and below that what explains it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules import timing
from schedules.admin.list.rows import Row
from schedules.display.actors import actor_name
from schedules.display.last_runs import LastRun, strip
from schedules.display.reasons import state_reason
from schedules.display.short_ids import short
from schedules.display.states import ShownState, mark_of
from schedules.models import ActorKind, ReasonCode, RunStatus
from schedules.templatetags.schedule_display import in_words
from schedules.timing import TimingError
from workflows.display.marks import mark_html, run_mark
from workflows.display.times import day, length, local, moment, relative, time_html
from workflows.kit.users import full_name
from workflows.templatetags.ostinato_icons import icon

Text = str | Promise
DAY = timedelta(days=1)
# So long ago a run is told in hours and minutes, before that by its date.
RECENT = timedelta(hours=2)
THIS_WEEK = timedelta(days=6)
MINUTE = 60
# Reasons for which a schedule is paused without anybody's doing.
BY_ITSELF = (
    ReasonCode.FAILURES,
    ReasonCode.CANNOT_RUN,
    ReasonCode.CANNOT_FIRE,
    ReasonCode.OBJECT_DELETED,
)
EMPTY = "\N{EN DASH}"


def cell(*lines: Text) -> SafeString:
    """One line below another; empty ones are left out."""
    shown = format_html_join("", "{}", ((line,) for line in lines if line))
    return format_html('<span class="o-cell">{}</span>', shown)


def quiet(text: Text, extra: str = "o-nowrap", fits: int = 1000) -> SafeString:
    hover = _hover(text, fits)
    return format_html('<span class="o-quiet {}"{}>{}</span>', extra, hover, text)


def _hover(text: Text, fits: int) -> SafeString | str:
    """The whole text on hover, if it is longer than what surely fits."""
    return format_html(' title="{}"', text) if len(str(text)) > fits else ""


def name(row: Row, address: str, opener: SafeString | str = "") -> SafeString:
    """The name, and when it runs. `opener`: an attribute for the window that chooses one."""
    schedule = row.schedule
    link = format_html(
        '<a class="o-name" href="{}"{}{}>{}</a>',
        address,
        _hover(schedule.name, 24),
        opener,
        schedule.name,
    )
    agent = ""
    if schedule.created_by_kind == ActorKind.AGENT:
        agent = format_html(
            '<span class="o-tag o-tag--agent">{}{}</span>',
            icon("bot"),
            _("by an agent"),
        )
    line = format_html('<span class="o-cell__line">{}{}</span>', link, agent)
    words = in_words(schedule)
    return cell(line, quiet(words, "o-clip", 36))


def state(row: Row) -> SafeString:
    """The state, and why."""
    why = _reason(row)
    mark = mark_html(mark_of(row.schedule, row.now))
    return cell(mark, quiet(why, "o-why", 40) if why else "")


def _reason(row: Row) -> str:
    schedule, event = row.schedule, row.paused_by
    if row.state == ShownState.NEEDS_APPROVAL:
        return ""
    text = state_reason(schedule)
    if row.state != ShownState.PAUSED or event is None:
        return text
    if event.actor_kind == ActorKind.SYSTEM or schedule.reason_code in BY_ITSELF:
        return _("by itself: {reason}").format(reason=text)
    name = full_name(event.actor) if event.actor else event.actor_name
    who = actor_name(event.actor_kind, name)
    return f"{who}: {schedule.status_reason}" if schedule.status_reason else who


def next_run(row: Row) -> SafeString:
    """When it runs next: how far away, and the time; or why it does not."""
    at = row.schedule.next_run_at
    if row.state == ShownState.NEEDS_APPROVAL:
        first = row.first_run_at
        day_of = _("first: {}").format(_on(row, first)) if first else ""
        return _two(_("after approval"), day_of)
    if row.state == ShownState.PAUSED:
        since = row.paused_by.created_at if row.paused_by else None
        return _two(EMPTY, _("since {}").format(_shortest(since, row)) if since else "")
    if row.state == ShownState.ENDED:
        return _two(EMPTY, "")
    if at is None:
        return _two(_("on request"), "")
    if row.state == ShownState.OVERDUE:
        due = _("due {}").format(moment(at, row.zone, row.now))
        late = _("{}, not started").format(relative(at, row.now))
        return _two(time_html(at, due), late)
    return cell(*_coming(row, at))


def _coming(row: Row, at: datetime) -> list[SafeString]:
    exact = moment(at, row.zone, row.now)
    lines = [relative(at, row.now) if at > row.now else _("due now"), exact]
    if at - row.now > DAY:
        clock = f"{local(at, row.zone):%H:%M:%S}".removesuffix(":00")
        lines = [day(at, row.zone, row.now), clock]
    first, second = lines
    shown = [_nowrap(time_html(at, first)), quiet(second)]
    skipped = _skipped(row)
    if skipped:
        text = _("moved from {}").format(f"{skipped:%H:%M}")
        moved = format_html("{}{}", icon("clock-arrow-up"), text)
        shown.append(format_html('<span class="o-moved">{}</span>', moved))
    return shown


def _skipped(row: Row) -> datetime | None:
    """The wall time of the next run, if the clock skips it that day."""
    tick = row.schedule.next_tick_at
    try:
        return timing.skipped_wall_time(row.schedule.timing, tick) if tick else None
    except TimingError:
        return None


def _on(row: Row, at: datetime) -> str:
    return day(at, row.zone, row.now)


def _shortest(at: datetime, row: Row) -> str:
    """The time of the day or of the week, or the date."""
    near = abs(row.now - at) < THIS_WEEK
    return moment(at, row.zone, row.now) if near else day(at, row.zone, row.now)


def _two(first: Text, second: Text) -> SafeString:
    return cell(_nowrap(first), quiet(second) if second else "")


def _nowrap(text: Text) -> SafeString:
    return format_html('<span class="o-nowrap">{}</span>', text)


def last_runs(row: Row) -> SafeString:
    """The strip of the last runs, and how the newest went."""
    drawn = strip(row.runs, address_of)
    if not row.runs:
        return cell(drawn, quiet(_("none yet")))
    newest = row.runs[0]
    hidden = newest.status == RunStatus.SUCCEEDED
    outcome = format_html(
        '<a class="o-last" href="{}">{}<span class="o-quiet">{}</span></a>',
        address_of(newest.id),
        mark_html(run_mark(newest.status), small=True, word_hidden=hidden),
        _when(row, newest),
    )
    return cell(drawn, outcome)


def address_of(run: UUID) -> str:
    """Below the address of the list, which redirects to the run."""
    return f"r/{short(run)}"


def _when(row: Row, run: LastRun) -> str:
    if run.status == RunStatus.RUNNING:
        seconds = int(run.seconds)
        is_short = seconds < MINUTE
        took = _("{} s").format(seconds) if is_short else length(seconds)
        return _("for {}").format(took)
    at = run.finished_at or run.started_at or run.scheduled_for
    if abs(row.now - at) < RECENT:
        return relative(at, row.now)
    return _shortest(run.scheduled_for, row)


def workflow(row: Row, address: str) -> SafeString:
    """What runs, and whose it is. `address`: empty if the person may not see it."""
    schedule = row.schedule
    text = schedule.target_text
    hover = _hover(text, 14)
    what = format_html('<span class="o-clip"{}>{}</span>', hover, text)
    if address and not schedule.call:
        what = format_html(
            '<a class="o-plainlink o-clip" href="{}"{}>{}</a>', address, hover, text
        )
    owner = full_name(schedule.owner)
    return cell(what, quiet(owner, "o-clip", 14))
