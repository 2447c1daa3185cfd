"""Upsert: make schedules as application code declares them, each under its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models.fields.json import KeyTextTransform

from schedules.declared import Schedule, Upserted
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleQuerySet
from schedules.services.actor import Actor
from schedules.services.drafts.validation import check_note
from schedules.services.keyed.faults import Faults
from schedules.services.keyed.planning import Plan, Planner
from schedules.services.keyed.site import default_owner
from schedules.services.keyed.wanted import Wanted, wanted
from schedules.services.keyed.writing import Writer

ROWS = 500  # read at once
SAME_KEY = "Another item of the list has this key: give each a key of its own."


def upsert_schedules(
    declared: Sequence[Schedule],
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    force: bool = False,
    listed: bool = True,
) -> list[Upserted]:
    """Create or change the schedules with these keys. Returns a result for each, in order.

    What equals the last upsert is not written. Inside the caller's transaction all is
    written or nothing. Otherwise it is committed in slices: after a crash, call it again.
    Raises `InvalidSchedule` with all problems by index (unless `listed` is False) and field,
    before anything is written.
    """
    check_note(note)
    faults = Faults(listed=listed)
    asked = _wanted(declared, faults)
    results, others = _compared([*asked.values()])
    rows = _rows(others)
    planner = Planner(force=force, now=now)
    plans: list[Plan] = []
    for index, each in asked.items():
        if each.key not in results:
            with faults.of(index):
                plans.append(planner.plan(each, rows.get(each.key)))
    faults.refuse()
    results |= {each.wanted.key: each.result for each in plans if not each.writes}
    writer = Writer(planner, actor, now, note)
    for done in writer.write(each for each in plans if each.writes):
        results[done.wanted.key] = done.result
    return [results[each.key] for each in asked.values()]


def _wanted(declared: Sequence[Schedule], faults: Faults) -> dict[int, Wanted]:
    """What is declared, by index. The default owner is looked up only if it is needed."""
    needs_owner = any(getattr(each, "owner", 0) is None for each in declared)
    owner = default_owner() if needs_owner else None
    found: dict[int, Wanted] = {}
    keys: set[str] = set()
    for index, each in enumerate(declared):
        with faults.of(index):
            one = wanted(each, owner)
            if one.key in keys:
                raise InvalidSchedule(errors={"key": [SAME_KEY]})
            keys.add(one.key)
            found[index] = one
    return found


def _compared(asked: Sequence[Wanted]) -> tuple[dict[str, Upserted], list[str]]:
    """The results of those that equal the last upsert, and that nobody has changed since;
    and the keys of the others that exist. One narrow query for hundreds of them."""
    by_key = {each.key: each for each in asked}
    found: dict[str, Upserted] = {}
    others: list[str] = []
    for rows in _by_key(by_key):
        for key, pk, owner, status, version, digest, known in rows.values_list(
            *("key", "pk", "owner_id", "status", "version"),
            KeyTextTransform("digest", "upserted"),
            KeyTextTransform("version", "upserted"),
        ):
            each = by_key[key]
            as_written = (each.owner.pk, each.digest, str(version))
            if (owner, digest, str(known)) == as_written:
                found[key] = Upserted(key, pk, "unchanged", status)
            else:
                others.append(key)
    return found, others


def _rows(keys: Iterable[str]) -> dict[str, ScheduledJob]:
    return {str(row.key): row for rows in _by_key(keys) for row in rows}


def _by_key(keys: Iterable[str]) -> Iterator[ScheduleQuerySet]:
    chosen = list(keys)
    for start in range(0, len(chosen), ROWS):
        yield ScheduledJob.objects.filter(
            key__in=chosen[start : start + ROWS]
        ).order_by()
