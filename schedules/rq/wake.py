"""The wake channel: a change of what is due next wakes the schedulers at once.

They wait on the socket with a timeout of their own. The server checks the timeouts of
blocking commands only ten times a second, so that they would wake up to 100 ms late.
"""

from __future__ import annotations

import time

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

WAKE_CHANNEL = "ostinato:wake"
# Without Redis nothing wakes a scheduler: it checks at least this often.
BLIND_SECONDS = 1.0


class WakeUp:
    """A subscription to the wake channel that is renewed after every failure."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._pubsub: PubSub | None = None

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as a message arrives on the channel."""
        until = time.monotonic() + seconds
        try:
            pubsub = self._pubsub or self._subscribe()
            while (left := until - time.monotonic()) > 0:
                if pubsub.get_message(timeout=left):
                    return
        except RedisError:
            self.close()
            time.sleep(max(0.0, min(BLIND_SECONDS, until - time.monotonic())))

    def _subscribe(self) -> PubSub:
        # The confirmation ends the first wait: the round that follows finds what was
        # published before this subscription.
        pubsub: PubSub = self._connection.pubsub()  # type: ignore[no-untyped-call]
        pubsub.subscribe(WAKE_CHANNEL)
        self._pubsub = pubsub
        return pubsub

    def close(self) -> None:
        if self._pubsub is not None:
            self._pubsub.close()
            self._pubsub = None
