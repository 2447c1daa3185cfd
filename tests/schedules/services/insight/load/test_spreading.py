"""Which schedules of a peak are moved, and by how much."""

from __future__ import annotations

from schedules.services.insight.load.spreading import AIM, members_at, spread
from schedules.timing import CronTiming, IntervalTiming
from tests.schedules.services.insight.load.demands import MONDAY, WEEK, demand, load_of

TWO = 8  # the quarter that begins at 02:00 on Monday


def spread_at_two(demands, limit, movable=None):
    load, found = load_of(*demands)
    ids = {each.id for each in demands} if movable is None else movable
    return load, spread(load, found, TWO, limit=limit, movable=ids)


def test_a_peak_is_spread_over_the_rest_of_the_hour():
    nightly = [demand("0 2 * * *", 60) for _ in range(38)]
    load, found = spread_at_two(nightly, limit=900)
    assert found.schedules == 38
    assert load.seconds[TWO] == 38 * 60
    hour = found.after.seconds[TWO : TWO + 4]
    assert max(hour) <= AIM * 900
    assert sum(hour) == 38 * 60
    assert {move.minutes for move in found.moves} == {15, 30, 45}
    assert {move.timing.expression for move in found.moves} == {
        "15 2 * * *",
        "30 2 * * *",
        "45 2 * * *",
    }


def test_no_more_are_moved_than_needed_and_the_longest_first():
    long, *short = [demand("0 2 * * *", 800), *(demand("0 2 * * *", 9) for _ in "abc")]
    _, found = spread_at_two([*short, long], limit=900)
    assert [move.id for move in found.moves] == [long.id]


def test_only_what_the_person_may_change_is_moved():
    nightly = [demand("0 2 * * *", 300) for _ in range(6)]
    mine = {nightly[0].id, nightly[3].id}
    _, found = spread_at_two(nightly, limit=900, movable=mine)
    assert {move.id for move in found.moves} == mine
    assert found.schedules == 6


def test_what_runs_in_every_quarter_stays():
    _, found = spread_at_two([demand("*/15 * * * *", 600), demand(300, 200)], 900)
    assert found.moves == ()


def test_a_move_never_makes_a_peak_as_high_elsewhere():
    full = [demand("15,30,45 2 * * *", 890) for _ in range(3)]
    _, found = spread_at_two([demand("0 2 * * *", 800) for _ in range(3)] + full, 1000)
    assert found.moves == ()


def test_what_is_at_the_end_of_an_hour_runs_earlier():
    late = [demand("50 1 * * *", 500) for _ in range(3)]
    load, found = load_of(*late)
    spreading = spread(load, found, 7, limit=900, movable={each.id for each in late})
    assert {move.minutes for move in spreading.moves} <= {-15, -30, -45}
    assert spreading.after.seconds[7] <= 0.8 * 900


def test_intervals_are_counted_from_another_time():
    daily = [demand(IntervalTiming(86400, MONDAY.replace(day=1)), 500) for _ in "abc"]
    load, found = load_of(*daily)
    spreading = spread(load, found, 0, limit=900, movable={each.id for each in daily})
    assert [move.minutes for move in spreading.moves] == [15, 30]
    assert all(move.timing.every_seconds == 86400 for move in spreading.moves)


def test_the_load_that_was_given_is_left_as_it_is():
    load, _ = spread_at_two([demand("0 2 * * *", 600) for _ in "abc"], 900)
    assert (load.runs[TWO], load.runs[TWO + 1]) == (3, 0)


def test_the_schedules_of_a_quarter_with_the_most_work_first():
    short, long = demand("0 2 * * *", 5), demand("5,6 2 * * *", 100)
    _, found = load_of(short, long, demand("0 3 * * *", 900))
    assert [each.id for each, _ in members_at(found, TWO)] == [long.id, short.id]


def test_four_hundred_schedules_are_spread_quickly():
    crons = [demand(CronTiming("0 2 * * *", "Europe/Berlin"), 30) for _ in range(400)]
    _, found = spread_at_two(crons, limit=6 * 900)
    assert 0 < len(found.moves) <= 200
    assert len(found.after.runs) == WEEK
