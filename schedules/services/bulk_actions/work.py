"""How much work the runs are that a bulk action would start: an estimate from past runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from schedules.services.insight.load.durations import usual_seconds

# Schedules without a recent run, whose last one is looked up.
LOOKED_UP = 500


def work_of(
    choices: Mapping[str, Mapping[UUID, int]], *, now: datetime
) -> dict[str, float]:
    """The seconds of work of each choice, which starts so many runs of each schedule. A choice
    is absent if nobody knows: none of its schedules has ever run. Two queries at most."""
    wanted = {
        pk: None for runs in choices.values() for pk, count in runs.items() if count
    }
    if not wanted:
        return {}
    usual = usual_seconds(list(wanted)[:LOOKED_UP], now)
    found = {choice: seconds(runs, usual) for choice, runs in choices.items()}
    return {choice: each for choice, each in found.items() if each is not None}


def seconds(runs: Mapping[UUID, int], usual: Mapping[UUID, float]) -> float | None:
    """Those of schedules of which nothing is known take as long as the others on average."""
    known = {pk: count for pk, count in runs.items() if pk in usual}
    total, counted = sum(runs.values()), sum(known.values())
    if not counted:
        return None
    return sum(count * usual[pk] for pk, count in known.items()) * total / counted
