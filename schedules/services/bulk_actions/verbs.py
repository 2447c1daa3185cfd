"""The verbs of bulk actions: what each does to one schedule, and what it needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from schedules.exceptions import InvalidSchedule
from schedules.models import BulkAction, BulkVerb, CatchupPolicy
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note, not_a_choice
from schedules.services.pause import pause_schedule
from schedules.services.permissions import Verb
from schedules.services.resume import resume_schedule
from schedules.services.run_now import run_now
from schedules.services.stop import stop_schedule
from schedules.services.tag import check_tags, tag_schedule


class Did(NamedTuple):
    """What came of it: the version of the schedule after the verb, the run that it started."""

    version: int | None = None
    run_id: UUID | None = None


class Call(NamedTuple):
    """By whom, when, and with which inputs a verb acts on one schedule."""

    schedule_id: UUID
    action: BulkAction
    actor: Actor
    now: datetime

    @property
    def common(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now, "note": self.action.note}


def _pause(call: Call) -> Did:
    return Did(pause_schedule(call.schedule_id, **call.common).version)


def _resume(call: Call) -> Did:
    options = {"catch_up": CatchupPolicy.NONE} | call.action.options
    resumed = resume_schedule(call.schedule_id, **call.common, **options)
    return Did(resumed.schedule.version)


def _run(call: Call) -> Did:
    # Whatever happens, the action starts one run of a schedule and no second.
    request_id = f"bulk-{call.action.pk}"
    run = run_now(call.schedule_id, **call.common, request_id=request_id)
    return Did(run_id=run.id)


def _tag(call: Call) -> Did:
    tagged = tag_schedule(call.schedule_id, **call.common, **call.action.options)
    return Did(tagged.version)


def _delete(call: Call) -> Did:
    stop_schedule(call.schedule_id, **call.common)
    return Did()


_ACT: Mapping[str, Callable[[Call], Did]] = {
    BulkVerb.PAUSE: _pause,
    BulkVerb.RESUME: _resume,
    BulkVerb.RUN: _run,
    BulkVerb.TAG: _tag,
    BulkVerb.DELETE: _delete,
}
# What a person must be allowed to do.
PERMISSIONS: Mapping[str, Verb] = {
    BulkVerb.PAUSE: "pause",
    BulkVerb.RESUME: "resume",
    BulkVerb.RUN: "run",
    BulkVerb.TAG: "change",
    BulkVerb.DELETE: "delete",
}
# The inputs besides the note.
OPTIONS: Mapping[str, tuple[str, ...]] = {
    BulkVerb.RESUME: ("catch_up",),
    BulkVerb.TAG: ("add_tags", "remove_tags"),
}


def act_on(call: Call) -> Did:
    """Do it to the one schedule, in its own transaction or the caller's."""
    return _ACT[call.action.verb](call)


def check_inputs(verb: str, note: str, options: Mapping[str, Any]) -> None:
    """Raises `InvalidSchedule` for inputs that are wrong whatever the schedule is."""
    check_note(note)
    if unknown := options.keys() - set(OPTIONS.get(verb, ())):
        why = f"Not an input of {verb}."
        raise InvalidSchedule(errors={min(unknown): [why]})
    if verb == BulkVerb.TAG:
        check_tags(options.get("add_tags", ()), options.get("remove_tags", ()))
    if options.get("catch_up", CatchupPolicy.NONE) not in CatchupPolicy.values:
        why = not_a_choice(CatchupPolicy.values)
        raise InvalidSchedule(errors={"catch_up": [why]})
