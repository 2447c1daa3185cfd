"""A local time of a one-off -> its instant."""

from __future__ import annotations

from datetime import datetime

import pytest

from schedules.timing import TimingError, resolve_local
from tests.schedules.timing.sequences import at


def test_a_local_time_is_an_instant():
    assert resolve_local(
        datetime.fromisoformat("2026-07-01T09:00"), "Europe/Berlin"
    ) == at("2026-07-01T07:00")


def test_a_local_time_in_a_gap_is_the_first_instant_after_it():
    assert resolve_local(
        datetime.fromisoformat("2026-03-29T02:59:59"), "Europe/Berlin"
    ) == at("2026-03-29T03:00+02:00")


def test_a_local_time_in_a_fold_is_the_first_pass_whatever_its_fold_says():
    for fold in (0, 1):
        wall = datetime.fromisoformat("2026-10-25T02:30").replace(fold=fold)
        assert resolve_local(wall, "Europe/Berlin") == at("2026-10-25T02:30+02:00")


@pytest.mark.parametrize("wall", ["2026-07-01T09:00+02:00", "0001-01-01T00:00"])
def test_a_local_time_is_refused_with_an_offset_or_outside_the_calendar(wall):
    with pytest.raises(TimingError, match="run_at") as refusal:
        resolve_local(datetime.fromisoformat(wall), "Europe/Berlin")
    assert refusal.value.field == "run_at"


@pytest.mark.parametrize("wall", [None, "2026-07-01T09:00", 5])
def test_what_is_no_time_at_all_is_refused(wall):
    with pytest.raises(TimingError, match="run_at must be a local time"):
        resolve_local(wall, "Europe/Berlin")
