"""Merging what code wants with what people have changed since it wrote last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from schedules.declared.results import Kept
from schedules.models import ScheduledJob
from schedules.services.drafts.draft import OF_CALL, OF_WORKFLOW, apply_fields
from schedules.services.drafts.fields import FIELDS, TIMING_FIELDS, WHEN_FIELD
from schedules.services.drafts.snapshot import same, snapshot
from schedules.services.keyed.wanted import Wanted

# One decision: a schedule that a person has given other ticks keeps all of these.
WHEN = ("schedule_type", *WHEN_FIELD.values())
# What runs, and all that belongs to it.
TARGET = {"call", "workflow"}
OF_TARGET = {*OF_CALL, *OF_WORKFLOW}
# Not taken back once code has given them: the ticks of the schedule stay where they are.
STAYS = {*WHEN, "timezone", "anchor_at"}


@dataclass(frozen=True, slots=True)
class Merged:
    """`draft` is the schedule with those `fields` that apply. `has` and `wants` are all fields
    as they are, and as code wants them; `differing` tells where, and `kept` what of it stays.
    """

    draft: ScheduledJob
    fields: dict[str, Any]
    has: dict[str, Any]
    wants: dict[str, Any]
    differing: tuple[Kept, ...]
    kept: tuple[Kept, ...]


def merge(row: ScheduledJob, wanted: Wanted, *, force: bool, now: datetime) -> Merged:
    """Put the wanted fields on a copy of `row`, but those that differ from what code wrote
    last, unless `force`. A field that code has given and gives no more gets its default."""
    last = row.upserted or {"given": [], "fields": {}}
    dropped = {
        name: _default(name, wanted.key)
        for name in last["given"]
        if name in FIELDS and name not in wanted.fields and name not in STAYS
    }
    asked = dropped | wanted.fields
    draft = copy(row)
    apply_fields(draft, asked, now=now)
    has, wants = snapshot(row), snapshot(draft)
    names = {*asked, *WHEN}
    if any(not same(has[name], wants[name]) for name in TARGET):
        asked = _beside_target(wanted) | asked
        apply_fields(draft, asked, now=now)
        wants = snapshot(draft)
        names |= {*asked, *OF_TARGET}
    differing = {name for name in names if not same(has[name], wants[name])}
    held: set[str] = set()
    if not force:
        held = _held(has, last["fields"], differing, wanted.key)
    if held & differing:
        draft = copy(row)
        asked = {name: value for name, value in asked.items() if name not in held}
        apply_fields(draft, asked, now=now)
    both = tuple(
        Kept(name, has[name], wants[name]) for name in FIELDS if name in differing
    )
    kept = tuple(each for each in both if each.field in held)
    return Merged(draft, asked, has, wants, both, kept)


def _beside_target(wanted: Wanted) -> dict[str, Any]:
    """The defaults of all that belongs to what runs: what another had fits no other."""
    names = OF_CALL if wanted.fields.get("call") else OF_WORKFLOW
    return {name: _default(name, wanted.key) for name in names if name not in TARGET}


def _held(
    has: Mapping[str, Any],
    last: Mapping[str, Any],
    differing: Collection[str],
    key: str,
) -> set[str]:
    """The fields that people have changed since."""

    def is_changed(name: str) -> bool:
        before = last[name] if name in last else _default(name, key)
        return not same(has[name], before)

    held = {name for name in differing if name not in WHEN and is_changed(name)}
    # One decision, too: what runs, and what a person has given it.
    if not TARGET.isdisjoint(differing) and held & OF_TARGET:
        held |= OF_TARGET
    if any(name in differing for name in WHEN) and any(map(is_changed, WHEN)):
        is_other_type = "schedule_type" in differing
        held |= {*TIMING_FIELDS} if is_other_type else {*WHEN}
    return held


def _default(name: str, key: str) -> Any:
    """The value of a field that code does not give. A schedule is then called by its key."""
    return key if name == "name" else FIELDS[name].column.get_default()


def written(
    wanted: Wanted, wants: Mapping[str, Any], *, version: int | None
) -> dict[str, Any]:
    """What the row remembers of an upsert. `version` is that of the row after it: if it is
    another one, or None, the next upsert compares field by field."""
    given, kept = _names(tuple(wanted.fields))
    return {
        "digest": wanted.digest,
        "version": version,
        "given": given,
        "fields": {name: wants[name] for name in kept},
    }


@lru_cache(maxsize=64)
def _names(given: Iterable[str]) -> tuple[list[str], list[str]]:
    """The given fields, and those whose values are remembered: one list for thousands."""
    return [*given], [*dict.fromkeys((*given, *TIMING_FIELDS))]
