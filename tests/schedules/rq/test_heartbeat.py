"""Heartbeats: who is alive, and how many runs the workers do at once."""

from __future__ import annotations

from redis import Redis

from schedules.rq import heartbeat

QUEUE = "worker:workflows"


def test_workers_say_how_many_runs_they_do_at_once(redis: Redis) -> None:
    heartbeat.beat(redis, QUEUE, "one", at_once=4)
    heartbeat.beat(redis, QUEUE, "another", at_once=1)
    alive = heartbeat.alive(redis, QUEUE)
    assert sorted(alive) == ["another", "one"]
    assert heartbeat.at_once(redis, alive) == 5
    heartbeat.remove(redis, QUEUE, "one")
    assert heartbeat.at_once(redis, heartbeat.alive(redis, QUEUE)) == 1


def test_a_worker_of_an_older_release_does_one(redis: Redis) -> None:
    heartbeat.beat(redis, QUEUE, "old")
    redis.delete(heartbeat.AT_ONCE_KEY)
    assert heartbeat.at_once(redis, ["old"]) == 1
    assert heartbeat.at_once(redis, []) == 0
