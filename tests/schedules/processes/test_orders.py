"""What a worker and its work processes tell each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schedules.processes.orders import MOST_PERMITS, Orders


@pytest.fixture
def orders() -> Iterator[Orders]:
    orders = Orders()
    yield orders
    orders.close()


def test_at_first_nobody_is_to_stop(orders: Orders) -> None:
    assert not orders.stop
    assert not orders.others_wait
    orders.stop = True
    assert orders.stop
    assert not orders.others_wait


def test_jobs_of_others_are_reported_one_by_one(orders: Orders) -> None:
    assert orders.reported() == []
    orders.report("first")
    orders.report("the second, with a long name" * 10)
    assert orders.others_wait
    assert orders.reported() == ["first", "the second, with a long name" * 10]
    assert orders.reported() == []


def test_without_a_limit_each_piece_of_work_is_permitted(orders: Orders) -> None:
    assert all(orders.take_permit() for _ in range(10_000))


def test_more_permits_than_a_pipe_holds_are_given_one_after_the_other() -> None:
    most = 3 * MOST_PERMITS + 1
    orders = Orders(most=most)
    taken = 0
    for _ in range(4):
        orders.give_permits()
        while orders.take_permit():
            taken += 1
    assert taken == most
    orders.return_permit()
    assert orders.take_permit()
    assert not orders.take_permit()
    orders.close()
