"""What an event of the audit trail says: the words that follow the name of the actor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.models import EventVerb, ReasonCode, ScheduleEvent, Status
from workflows.display.languages import in_language
from workflows.display.numbers import grouped

_WORDS: dict[str, str | Promise] = {
    "update": gettext_lazy("changed the settings"),
    "revive": gettext_lazy("changed the settings, which started it again"),
    "approve": gettext_lazy("approved it"),
    "decline": gettext_lazy("declined it"),
    "run": gettext_lazy("ran it by hand"),
    "withdraw": gettext_lazy("withdrew runs recorded while a clock was ahead"),
}
_PAUSED_BECAUSE: dict[str, str | Promise] = {
    ReasonCode.FAILURES: gettext_lazy("paused it after too many failures in a row"),
    ReasonCode.CANNOT_RUN: gettext_lazy("paused it, because its runs cannot succeed"),
    ReasonCode.CANNOT_FIRE: gettext_lazy("paused it, because it could not be started"),
    ReasonCode.OBJECT_DELETED: gettext_lazy(
        "paused it, because the object that it is for was deleted"
    ),
}
_DELETED_BECAUSE: dict[str, str | Promise] = {
    ReasonCode.WORKFLOW_DELETED: gettext_lazy("deleted it together with its workflow"),
    ReasonCode.OWNER_DELETED: gettext_lazy("deleted it together with its owner"),
    ReasonCode.OBJECT_DELETED: gettext_lazy(
        "deleted it, because the object that it is for was deleted"
    ),
}
_ENDED_BECAUSE: dict[str, str | Promise] = {
    ReasonCode.COMPLETED: gettext_lazy("ended it: its one run is done"),
    ReasonCode.MISSED: gettext_lazy("ended it: its one run was missed"),
    ReasonCode.END_REACHED: gettext_lazy("ended it: no run is due any more"),
    ReasonCode.LIMIT_REACHED: gettext_lazy("ended it: run limit reached"),
}


def did(event: ScheduleEvent) -> str:
    """What was done, to follow the name of who did it: "paused it"."""
    told = _TOLD.get(event.verb)
    if told is not None:
        return told(event)
    return str(_WORDS.get(event.verb, in_language(event.get_verb_display())))


def _created(event: ScheduleEvent) -> str:
    if event.reason_code == ReasonCode.PROPOSAL:
        return _("proposed it")
    if event.after.get("status") == Status.PAUSED:
        return _("created it, paused")
    return _("created it")


def _paused(event: ScheduleEvent) -> str:
    return str(_PAUSED_BECAUSE.get(event.reason_code, _("paused it")))


def _resumed(event: ScheduleEvent) -> str:
    word = _("approved it") if event.after.get("approved") else _("resumed it")
    passed = _number(event.after.get("ticks_passed"))
    if not passed:
        return word
    told = caught_up(passed, _number(event.after.get("ticks_caught_up")))
    return _("{done}; {runs}").format(done=word, runs=told)


def caught_up(passed: int, ran: int) -> str:
    """What became of the runs that were missed during a pause."""
    if not ran:
        told = ngettext(
            "the missed run was not caught up",
            "the {passed} missed runs were not caught up",
            passed,
        )
    elif ran == passed:
        told = ngettext(
            "the missed run was caught up",
            "the {passed} missed runs were caught up",
            passed,
        )
    else:
        told = ngettext(
            "{ran} of {passed} missed runs was caught up",
            "{ran} of {passed} missed runs were caught up",
            ran,
        )
    return told.format(passed=grouped(passed), ran=ran)


def _backfilled(event: ScheduleEvent) -> str:
    runs = _number(event.after.get("runs"))
    return ngettext(
        "backfilled {count} past run", "backfilled {count} past runs", runs
    ).format(count=grouped(runs))


def _stopped(event: ScheduleEvent) -> str:
    return str(_DELETED_BECAUSE.get(event.reason_code, _("deleted it")))


def _completed(event: ScheduleEvent) -> str:
    return str(_ENDED_BECAUSE.get(event.reason_code, _("ended it")))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


_TOLD: dict[str, Callable[[ScheduleEvent], str]] = {
    EventVerb.CREATE: _created,
    EventVerb.PAUSE: _paused,
    EventVerb.RESUME: _resumed,
    EventVerb.BACKFILL: _backfilled,
    EventVerb.STOP: _stopped,
    EventVerb.COMPLETE: _completed,
}


def quoted_note(event: ScheduleEvent) -> str:
    """The note of the event, unless it only repeats its reason."""
    is_label = event.reason_code and event.note == ReasonCode(event.reason_code).label
    return "" if is_label or event.reason_code == ReasonCode.PROPOSAL else event.note
