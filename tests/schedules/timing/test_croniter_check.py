"""What croniter is asked when an expression is accepted."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from schedules.timing import disagreement
from schedules.timing.croniter_check import texts
from schedules.timing.wall_times import WallTimes
from tests.schedules.timing.test_descriptions import DAYS, MONTHS, TIMES

DAY = timedelta(days=1)
# Read by croniter as something else, unless it gets them in another spelling.
SURPRISES = [
    "5-5 9-9 * * mon-mon",
    "0 0 * * 7/2",
    "59/15 23/5 31/2 12/3 *",
    "0 0 1-31 * mon",
    "0 0 1-5,* * mon",
    "0 0 */2 * mon",
    "0 0 */100,1-7 * mon",
    "0 0 1-7 * */7",
    "0 0 31 2 mon",
    "0 0 LW,1W,L * *",
    "0 0 L * mon",
    "0 0 * * mon,5#2,lsun",
    "0 0 ? * ?",
    "@yearly",
]


@pytest.fixture
def asked_anew():
    """Nothing is remembered from before, or for later."""
    disagreement.cache_clear()
    yield
    disagreement.cache_clear()


@pytest.mark.parametrize("expression", [*TIMES, *DAYS, *MONTHS, *SURPRISES])
def test_croniter_agrees(expression):
    assert len([*texts(expression)]) in range(1, 9)
    assert disagreement(expression) is None


@pytest.mark.usefixtures("asked_anew")
@pytest.mark.parametrize("expression", ["0 9 * * mon-fri", "0 0 LW * *", "0 0 29 2 *"])
@pytest.mark.parametrize("direction", ["next", "last"])
def test_a_fault_of_the_engine_is_found(monkeypatch, expression, direction):
    right = getattr(WallTimes, direction)
    monkeypatch.setattr(
        WallTimes, direction, lambda times, wall: right(times, wall) + DAY
    )
    found = disagreement(expression)
    assert found.ours - found.theirs == DAY


@pytest.mark.usefixtures("asked_anew")
def test_what_has_no_times_at_all_is_a_fault_of_the_engine(monkeypatch):
    monkeypatch.setattr(WallTimes, "next", lambda times, wall: None)
    assert disagreement("0 9 * * *").ours is None


@pytest.mark.usefixtures("asked_anew")
def test_there_is_none_of_what_croniter_cannot_read_in_a_few_texts(monkeypatch):
    monkeypatch.setattr(WallTimes, "next", lambda times, wall: None)
    assert disagreement("0 0 1W,2W,3W,4W,5W,6W,7W,8W,9W * *") is None


@pytest.mark.usefixtures("asked_anew")
@pytest.mark.parametrize(
    "expression",
    [
        "0 0 29 2 */7",
        "0 0 * 2 0#5,1#5,2#5,3#5,4#5,5#5,6#5",
        "0 0 25W,26W,27W,28W,29W,30W,LW 2 *",
        ",".join(map(str, range(60))) + " * * * *",
        "0 0 " + ",".join(f"{day}W" for day in range(1, 32)) + " 2 *",
    ],
)
def test_a_second_opinion_takes_bounded_time(expression):
    began = time.process_time()
    disagreement(expression)
    assert time.process_time() - began < 0.25
