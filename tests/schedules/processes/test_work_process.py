"""The id that a work process takes while the outcome of a run is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import ConnectionError, Redis

from schedules.processes import work_process
from schedules.processes.orders import Orders
from schedules.processes.work_process import WorkProcess
from workflows.execution.process_state import ProcessState
from workflows.execution.queue import queue_key
from workflows.kit.conf import conf

pytestmark = pytest.mark.django_db(transaction=True)
IDS = [f"run-00000000-0000-0000-0000-00000000000{number}-1-0" for number in "12"]
New = Callable[..., WorkProcess]


@pytest.fixture
def new_process(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> New:
    """A work process in this one, which changes nothing that other tests would find."""
    for name in ("watch", "use_queue", "gc"):
        monkeypatch.setattr(work_process, name, Nothing())
    redis.rpush(queue_key(), *IDS)

    def new(state: ProcessState | None = None, **limits: int) -> WorkProcess:
        return WorkProcess(state or ProcessState(), Orders(**limits))

    return new


class Nothing:
    def __call__(self, *args: object) -> None:
        pass

    def freeze(self) -> None:
        pass


def left(redis: Redis) -> list[str]:
    return [each.decode() for each in redis.lrange(queue_key(), 0, -1)]


def test_it_takes_one_id_early_and_puts_it_back_when_it_ends(
    new_process: New, redis: Redis
) -> None:
    process = new_process()
    process._take_early()
    process._take_early()  # as after an answer of the database that was lost
    assert left(redis) == IDS[1:]
    process._orders.stop = True
    process.serve()
    assert left(redis) == IDS


def of_interrupted(state: ProcessState) -> None:
    state.was_interrupted = True


def with_effects(state: ProcessState) -> None:
    state.had_effects = True


def before_weighing(state: ProcessState) -> None:
    state.runs = work_process.RUNS_BETWEEN_WEIGHINGS - 1


def before_its_last(state: ProcessState) -> None:
    state.runs = conf.WORK_PROCESS_RUNS - 1


@pytest.mark.parametrize(
    "of", [of_interrupted, with_effects, before_weighing, before_its_last]
)
def test_it_takes_none_early_if_it_may_end_after_the_outcome(
    new_process: New, redis: Redis, of: Callable[[ProcessState], None]
) -> None:
    state = ProcessState()
    of(state)
    new_process(state)._take_early()
    assert left(redis) == IDS


def test_it_takes_none_early_if_each_needs_a_permit(
    new_process: New, redis: Redis
) -> None:
    new_process(most=3)._take_early()
    assert left(redis) == IDS


def test_an_outcome_does_not_fail_since_redis_is_away(
    new_process: New, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = new_process()

    def fail() -> None:
        raise ConnectionError

    monkeypatch.setattr(process._inbox, "take", fail)
    process._take_early()
    assert left(redis) == IDS
