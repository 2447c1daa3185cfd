"""Readings of clocks in, verdict out: when a clock may be fired by."""

from __future__ import annotations

import pytest

from schedules.policy.clocks import (
    LONGEST_SUSPENSION_SECONDS,
    JumpWatch,
    Reading,
    Verdict,
    compare,
)

DAY = 86_400.0
FIRE = Verdict()


def watched(*looks: tuple[float, float]) -> list[Verdict]:
    """The verdicts on looks that come so many seconds after the start of the process, by
    a wall clock that is so many seconds ahead."""
    watch = JumpWatch()
    return [watch.update(Reading(at + ahead, at)) for at, ahead in looks]


def test_the_first_look_counts_at_once() -> None:
    assert watched((0, 0)) == [Verdict(settled=True)]


def test_a_clock_that_goes_on_lets_fire_however_long_between_the_looks() -> None:
    assert watched((0, 0), (5, 0), (9_000, 3), (9_001, 59))[1:] == [FIRE] * 3


@pytest.mark.parametrize("jump", [2 * DAY, -2 * DAY, 61, -61])
def test_after_a_jump_two_looks_a_second_apart_must_agree(jump: float) -> None:
    verdicts = watched((0, 0), (5, jump), (5.25, jump), (6, jump), (7, jump))[1:]
    assert verdicts == [
        Verdict(suspend_for=1, jumped=jump),
        Verdict(suspend_for=0.75),
        Verdict(settled=True),
        FIRE,
    ]


def test_looks_that_do_not_agree_go_on_holding() -> None:
    looks = [(0.0, 0.0), (5.0, DAY), (6.0, DAY + 20), (7.0, DAY + 20)]
    assert watched(*looks)[2:] == [Verdict(suspend_for=1), Verdict(settled=True)]


def test_a_clock_that_never_comes_to_rest_is_waited_for_five_seconds() -> None:
    looks = [(0.0, 0.0), *((second, second * 1_000.0) for second in range(1, 12))]
    held = [verdict.suspend_for > 0 for verdict in watched(*looks)]
    assert (
        held == [False, *[True] * int(LONGEST_SUSPENSION_SECONDS), False] + [True] * 5
    )


def test_a_clock_that_jumps_and_jumps_back_settles() -> None:
    verdicts = watched((0, 0), (5, DAY), (5.5, 0), (6.5, 0))
    assert verdicts[2].jumped == -DAY
    assert verdicts[3] == Verdict(settled=True)


@pytest.mark.parametrize(
    ("leads", "hold", "off"),
    [
        ({}, False, set()),
        ({"database": 0.2, "redis": -1}, False, set()),
        ({"database": 59, "redis": 60}, False, set()),
        ({"database": 61, "redis": 61}, True, {"database", "redis"}),
        ({"database": -61, "redis": -61}, True, {"database", "redis"}),
        ({"database": 61, "redis": 0}, False, {"database"}),
        ({"database": 0, "redis": 61}, False, {"redis"}),
        ({"database": 61}, True, {"database"}),  # Redis is away
        ({"redis": 61}, True, {"redis"}),  # SQLite, and a Redis elsewhere
    ],
)
def test_this_host_is_wrong_if_it_differs_from_all_others(
    leads: dict[str, float],
    hold: bool,  # noqa: FBT001 a parameter
    off: set[str],
) -> None:
    comparison = compare(leads)
    assert (comparison.is_host_wrong, set(comparison.off)) == (hold, off)
