"""Lanes: which runs go before which. A lower lane goes first."""

from __future__ import annotations

from enum import IntEnum


class Lane(IntEnum):
    LIVE = 0  # live ticks, whatever people or webhooks start, and every retry
    CATCH_UP = 1
    BACKFILL = 2


# The lane of a first attempt by the origin of its run; `LIVE` for those that are not here.
OF_ORIGIN = {"catch_up": Lane.CATCH_UP, "backfill": Lane.BACKFILL}


def lane_of(origin: str, attempt: int) -> Lane:
    """The lane of an attempt of a run."""
    return Lane.LIVE if attempt > 1 else OF_ORIGIN.get(origin, Lane.LIVE)
