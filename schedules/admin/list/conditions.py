"""The parameters of the list of schedules, each as a condition on schedules.

Filters, views and the counts of saved views all read them here. A value that means nothing
finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import Exact
from django.utils.text import smart_split, unescape_string_literal

from schedules.display.states import NEEDS_ATTENTION, ShownState, in_state
from schedules.models import (
    ActorKind,
    ReasonCode,
    RunStatus,
    ScheduledRun,
    ScheduleType,
    Status,
)
from schedules.models.queries import OF_AN_OBJECT
from workflows.kit.api.queries import MOST_TEXT
from workflows.kit.json_value import UNSTORABLE, composed
from workflows.kit.users import searched_by_name

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User

SEARCH = "q"
# Costs a look-up in the ledger for every schedule.
OUTCOME = "outcome"
NONE_YET = "none"
ATTENTION = "attention"
ME = "me"
WITHIN_AN_HOUR = "hour"
NOTHING = Q(pk__in=[])
SEARCHED = (
    "name__has_text",
    "description__has_text",
    "workflow__name__has_text",
    "call__has_text",
    "tags__has_tag",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when: what "mine" and "overdue" refer to."""

    user: User | AnonymousUser
    now: datetime


Condition = Callable[[str, Asked], Q]


def conditions(given: Mapping[str, str], asked: Asked) -> Q:
    """What all known parameters among the `given` ask for."""
    found = (condition(name, given.get(name, ""), asked) for name in CONDITIONS)
    return reduce(and_, found, Q())


def condition(name: str, value: str, asked: Asked) -> Q:
    """What the parameter asks for with this value; everything, if it is empty."""
    if not value:
        return Q()
    # No database stores these, and PostgreSQL does not search for them either.
    return NOTHING if UNSTORABLE.search(value) else CONDITIONS[name](value, asked)


def _state(value: str, asked: Asked) -> Q:
    states: tuple[ShownState, ...] = NEEDS_ATTENTION
    if value != ATTENTION:
        states = tuple(state for state in ShownState if state == value)
    return reduce(or_, (in_state(state, asked.now) for state in states), NOTHING)


def _outcome(value: str, asked: Asked) -> Q:
    newest = ScheduledRun.objects.filter(schedule=OuterRef("pk"))
    status = newest.order_by("-scheduled_for").values("status")[:1]
    if value == NONE_YET:
        return ~Q(Exists(newest))
    if value not in RunStatus.values:
        return NOTHING
    return Q(Exact(Subquery(status), value))


def _workflow(value: str, asked: Asked) -> Q:
    try:
        return Q(workflow=UUID(value))
    except ValueError:
        return NOTHING


def _owner(value: str, asked: Asked) -> Q:
    if value == ME:
        return Q(owner=asked.user.pk)
    try:
        return Q(owner=get_user_model()._meta.pk.clean(value, None))
    except ValidationError:
        return NOTHING


def _due(value: str, asked: Asked) -> Q:
    if value != WITHIN_AN_HOUR:
        return NOTHING
    until = asked.now + timedelta(hours=1)
    return Q(status=Status.ACTIVE, next_run_at__lte=until)


def _object(value: str, asked: Asked) -> Q:
    label, _, key = composed(value).partition(":")
    return OF_AN_OBJECT & Q(object_model=label.lower(), object_id=key)


def _tag(value: str, asked: Asked) -> Q:
    return Q(tags__has_tag=value)


def _one_of(field: str, values: list[str]) -> Condition:
    def condition(value: str, asked: Asked) -> Q:
        return Q(**{field: value}) if value in values else NOTHING

    return condition


def _search(text: str, asked: Asked) -> Q:
    """Every word, or text in quotes, is in one of the columns."""
    lookups = (*SEARCHED, *searched_by_name("owner"))
    return reduce(
        and_,
        (reduce(or_, (Q(**{at: word}) for at in lookups)) for word in words(text)),
        Q(),
    )


def words(text: str) -> list[str]:
    """The words of a search, and texts in quotes, as Django's admin takes them apart."""
    found = []
    for word in smart_split(text[:MOST_TEXT]):
        is_quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
        found.append(unescape_string_literal(word) if is_quoted else word)
    return found


CONDITIONS: dict[str, Condition] = {
    "state": _state,
    OUTCOME: _outcome,
    "workflow": _workflow,
    "owner": _owner,
    "type": _one_of("schedule_type", ScheduleType.values),
    "tag": _tag,
    "made_by": _one_of("created_by_kind", ActorKind.values),
    "due": _due,
    "reason": _one_of("reason_code", ReasonCode.values),
    "object": _object,
    SEARCH: _search,
}
