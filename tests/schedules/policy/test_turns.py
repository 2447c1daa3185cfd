"""Whose turn it is, given what waits."""

from __future__ import annotations

from uuid import UUID

import pytest

from schedules.policy import turns
from schedules.policy.lanes import Lane
from schedules.policy.turns import EXECUTIONS, FIRST, Place, Turns, Waiting

S, T = UUID(int=1), UUID(int=2)
Owners = set[int]


def looked(
    taken: Turns, lane: Lane, runs: Owners, executions: Owners = frozenset()
) -> list[Waiting]:
    """What waits in a lane, as the database tells it."""
    before = taken.owner_before(lane) or 0

    def first(owners: Owners, after: int) -> int | None:
        return min((each for each in owners if each > after), default=None)

    return [
        Waiting(lane, first(runs, after), first(executions, after))
        for after in (before, 0)
    ]


def place_of(owner: int, lane: Lane = Lane.LIVE) -> Place:
    return Place(lane, owner, has_runs=True, has_executions=False)


def owners_of(taken: Turns, waiting: dict[Lane, Owners], claims: int) -> list[int]:
    owners = []
    for _ in range(claims):
        look = [each for lane in Lane for each in looked(taken, lane, waiting[lane])]
        place = taken.place(look)
        assert place
        taken.take(place, S)
        owners.append(place.owner)
    return owners


def test_owners_take_turns() -> None:
    waiting = {Lane.LIVE: {1, 2, 3}, Lane.CATCH_UP: set(), Lane.BACKFILL: set()}
    assert owners_of(Turns(), waiting, 7) == [1, 2, 3, 1, 2, 3, 1]


def test_who_comes_late_is_not_behind_all_others() -> None:
    taken = Turns()
    waiting = {Lane.LIVE: {1}, Lane.CATCH_UP: set(), Lane.BACKFILL: set()}
    assert owners_of(taken, waiting, 3) == [1, 1, 1]
    waiting[Lane.LIVE].add(2)
    assert owners_of(taken, waiting, 3) == [2, 1, 2]


def test_a_lower_lane_goes_first_but_every_tenth_turn() -> None:
    waiting = {Lane.LIVE: {1}, Lane.CATCH_UP: {2}, Lane.BACKFILL: {3}}
    assert owners_of(Turns(), waiting, 20) == ([1] * 9 + [3]) * 2


def test_the_tenth_turn_begins_at_the_highest_lane_that_is_not_empty() -> None:
    waiting = {Lane.LIVE: {1}, Lane.CATCH_UP: {2}, Lane.BACKFILL: set()}
    assert owners_of(Turns(), waiting, 10) == [1] * 9 + [2]


def test_each_lane_goes_on_where_it_was() -> None:
    taken = Turns()
    waiting = {Lane.LIVE: {1, 2}, Lane.CATCH_UP: set(), Lane.BACKFILL: {1, 2}}
    owners = owners_of(taken, waiting, 20)
    assert owners[9::10] == [1, 2]


@pytest.mark.parametrize(
    ("runs", "executions", "place"),
    [
        ({1}, {2}, Place(Lane.LIVE, 1, has_runs=True, has_executions=False)),
        ({2}, {1}, Place(Lane.LIVE, 1, has_runs=False, has_executions=True)),
        ({1}, {1}, Place(Lane.LIVE, 1, has_runs=True, has_executions=True)),
        (set(), {1}, Place(Lane.LIVE, 1, has_runs=False, has_executions=True)),
        (set(), set(), None),
    ],
)
def test_executions_wait_in_the_same_order_as_runs(
    runs: Owners, executions: Owners, place: Place | None
) -> None:
    taken = Turns()
    assert taken.place(looked(taken, Lane.LIVE, runs, executions)) == place


def test_a_place_where_nothing_could_be_started_is_passed_over() -> None:
    taken = Turns()
    first = taken.place(looked(taken, Lane.LIVE, {1, 2}))
    assert first
    taken.pass_over(first)
    second = taken.place(looked(taken, Lane.LIVE, {1, 2}), {first})
    assert second
    assert (first.owner, second.owner) == (1, 2)
    taken.pass_over(second)
    assert taken.place(looked(taken, Lane.LIVE, {1, 2}), {first, second}) is None


def test_the_schedules_of_an_owner_are_remembered_for_each_lane() -> None:
    taken = Turns()
    live, late = (place_of(1, lane) for lane in (Lane.LIVE, Lane.CATCH_UP))
    taken.take(live, S)
    taken.take(late, T)
    assert (taken.schedule_before(live), taken.schedule_before(late)) == (S, T)
    assert taken.schedule_before(live._replace(owner=2)) == FIRST < S < EXECUTIONS


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_REMEMBERED", 2)
    taken = Turns()
    places = [place_of(owner) for owner in (1, 2, 3)]
    for place in (*places[:2], places[0], places[2]):
        taken.take(place, S)
    # The one whose turn is the longest ago is forgotten.
    assert [taken.schedule_before(place) for place in places] == [S, FIRST, S]


def test_a_process_goes_on_where_another_has_ended() -> None:
    taken = Turns()
    waiting = {lane: {1, 2, 3} for lane in Lane}
    assert owners_of(taken, waiting, 2) == [1, 2]
    following = Turns()
    following.go_on(taken.note)
    assert following.taken == 2
    assert following.owner_before(Lane.LIVE) == "2"


@pytest.mark.parametrize("note", [b"", b"[3, {", b"\xff", b"[1]", b"3"])
def test_it_begins_anew_after_half_a_note(note: bytes) -> None:
    taken = Turns()
    taken.go_on(note)
    assert taken.owner_before(Lane.LIVE) is None
