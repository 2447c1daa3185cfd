"""What the page says that asks before a bulk action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules import limits
from schedules.admin.bulk.words import REASONS, WORDS, Text, Words, number
from schedules.models import BulkVerb, CatchupPolicy, ReasonCode
from schedules.policy.late import CATCHUP_TICKS
from schedules.services.bulk_actions.foresight import Foresight, Refused, Row, Why
from workflows.display.languages import in_language
from workflows.display.times import length
from workflows.kit.users import full_name, users

REFUSED_SHOWN = 10
SHOWN = 50
# A longer estimate is rounded to minutes.
TO_THE_SECOND = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A schedule, and why it is refused or when it runs next."""

    id: UUID | None
    name: str
    why: Text = ""
    next_run_at: datetime | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Question:
    """All that the page says. `able` is how many schedules will change."""

    words: Words
    title: str
    remarks: list[str]
    able: int
    button: str
    says: list[str]
    passed: str
    choices: list[Choice]
    refused: list[Line]
    refused_more: str
    able_title: str
    shown: list[Line]
    shown_more: str


def question(verb: str, total: int, seen: Foresight) -> Question:
    words, able = WORDS[verb], len(seen.able)
    ticks = seen.passed.ticks
    return Question(
        words=words,
        title=_title(words, able, total),
        remarks=list(_remarks(words, seen)),
        able=able,
        button=words.does(able),
        says=list(_SAYS[verb](seen)),
        passed=_passed(seen) if ticks else "",
        choices=_choices(seen) if ticks else [],
        refused=_refused(seen),
        refused_more=_more(len(seen.refused) - REFUSED_SHOWN),
        able_title=words.able(able),
        shown=[_shown(row, seen) for row in seen.able[:SHOWN]],
        shown_more=_more(able - SHOWN),
    )


def _title(words: Words, able: int, total: int) -> str:
    if able == total:
        return words.asks(total)
    if able:
        return str(words.asks_some).format(number(able), number(total))
    return str(words.asks_none).format(number(total))


def _remarks(words: Words, seen: Foresight) -> Iterator[str]:
    if count := len(seen.refused):
        yield ngettext(
            "{} will be refused and stays as it is.",
            "{} will be refused and stay as they are.",
            count,
        ).format(number(count))
    if count := len(seen.unchanged):
        yield words.unchanged(count)


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("And {} more.", "And {} more.", count).format(number(count))


def _pausing(seen: Foresight) -> Iterator[str]:
    yield _("No runs start until someone resumes them.")
    if seen.unstarted:
        yield ngettext(
            "{} run that has not started will be skipped.",
            "{} runs that have not started will be skipped.",
            seen.unstarted,
        ).format(number(seen.unstarted))
    yield from _finishing(seen)


def _resuming(seen: Foresight) -> Iterator[str]:
    if not seen.passed.ticks:
        yield _("Each continues with its next scheduled run. Nothing starts now.")
    if seen.passed.ending:
        yield ngettext(
            "{} has no runs left: it will have ended.",
            "{} have no runs left: they will have ended.",
            seen.passed.ending,
        ).format(number(seen.passed.ending))


def _running(seen: Foresight) -> Iterator[str]:
    count, work = len(seen.able), _work(seen, BulkVerb.RUN)
    text = ngettext("{} run starts now{}.", "{} runs start now{}.", count)
    yield text.format(number(count), work)
    yield _("Runs in progress go on, and the times of the schedules stay as they are.")
    if seen.paused:
        yield ngettext(
            "{} of them is paused: it runs once and stays paused.",
            "{} of them are paused: they run once and stay paused.",
            seen.paused,
        ).format(number(seen.paused))


def _tagging(seen: Foresight) -> Iterator[str]:
    yield _("Other tags stay as they are. No run is affected.")


def _deleting(seen: Foresight) -> Iterator[str]:
    yield _(
        "This cannot be undone. Their past runs and the audit trail stay, under their "
        "names."
    )
    if seen.unstarted:
        yield ngettext(
            "{} run that has not started will be cancelled.",
            "{} runs that have not started will be cancelled.",
            seen.unstarted,
        ).format(number(seen.unstarted))
    yield from _finishing(seen)


def _finishing(seen: Foresight) -> Iterator[str]:
    if seen.running:
        yield ngettext(
            "{} run in progress will finish.",
            "{} runs in progress will finish.",
            seen.running,
        ).format(number(seen.running))


_SAYS: Mapping[str, Any] = {
    BulkVerb.PAUSE: _pausing,
    BulkVerb.RESUME: _resuming,
    BulkVerb.RUN: _running,
    BulkVerb.TAG: _tagging,
    BulkVerb.DELETE: _deleting,
}


def _passed(seen: Foresight) -> str:
    passed = seen.passed
    if not passed.is_complete:
        return _(
            "More than {} runs were due while they were paused (counted for {} of {} "
            "schedules)"
        ).format(*map(number, (passed.ticks, passed.counted, passed.paused)))
    return ngettext(
        "{} run was due while they were paused",
        "{} runs were due while they were paused",
        passed.ticks,
    ).format(number(passed.ticks))


def _choices(seen: Foresight) -> list[Choice]:
    return [
        Choice(
            CatchupPolicy.NONE,
            _("Run none of them"),
            _("Each continues with its next scheduled run. Nothing starts now."),
        ),
        Choice(CatchupPolicy.LATEST, _("Run the latest of each"), _latest(seen)),
        Choice(CatchupPolicy.ALL, _("Run them all"), _all(seen)),
    ]


def _latest(seen: Foresight) -> str:
    count = seen.passed.starts[CatchupPolicy.LATEST]
    if not seen.passed.is_complete:
        return _("At most {} runs start now.").format(number(seen.passed.paused))
    text = ngettext("{} run starts now{}.", "{} runs start now{}.", count)
    return text.format(number(count), _work(seen, CatchupPolicy.LATEST))


def _all(seen: Foresight) -> str:
    count, most = seen.passed.starts[CatchupPolicy.ALL], CATCHUP_TICKS["all"]
    if not seen.passed.is_complete:
        text = _("Up to {most} each, oldest first: more than {} runs.")
    else:
        text = ngettext(
            "Up to {most} each, oldest first: {} run{work}.",
            "Up to {most} each, oldest first: {} runs{work}.",
            count,
        )
    return text.format(number(count), most=most, work=_work(seen, CatchupPolicy.ALL))


def _work(seen: Foresight, choice: str) -> str:
    """How long one worker would be busy, to follow the number of runs; empty if nobody knows."""
    if choice not in seen.work:
        return ""
    seconds = max(1, round(seen.work[choice]))
    if seconds > TO_THE_SECOND:
        seconds = round(seconds / 60) * 60
    return _(", about {} of work").format(length(seconds))


def _refused(seen: Foresight) -> list[Line]:
    some = seen.refused[:REFUSED_SHOWN]
    owners = users().in_bulk({each.row.owner_id for each in some if each.row})
    names = {pk: full_name(owner) for pk, owner in owners.items()}
    return [_refused_line(each, names) for each in some]


def _refused_line(refused: Refused, names: Mapping[Any, str]) -> Line:
    reason, row = REASONS[refused.why], refused.row
    if row is None:
        return Line(None, "", reason)
    detail: object = names.get(row.owner_id, "")
    if refused.why == Why.ENDED:
        label = ReasonCode(row.reason_code).label
        is_label = row.status_reason in ("", label)
        detail = in_language(label) if is_label else row.status_reason
    elif refused.why == Why.TOO_MANY_TAGS:
        detail = limits.TAGS
    return Line(row.id, row.name, str(reason).format(detail))


def _shown(row: Row, seen: Foresight) -> Line:
    at = seen.passed.next_runs.get(row.id, row.next_run_at)
    return Line(row.id, row.name, next_run_at=at, zone=row.timezone)
