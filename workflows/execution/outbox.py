"""The outbox: sends committed rows to the queue, and again if they were lost there.

The row is the truth: it is committed first and sent afterwards. The sweep sends it again if
Redis was away or has lost it. A second job finds the row claimed and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from redis import Redis
from redis.exceptions import RedisError
from rq.job import JobStatus
from rq.queue import Queue
from rq.utils import utcformat

from workflows.execution.job_hashes import JobTemplate
from workflows.execution.queue import (
    connection,
    is_of_a_row,
    queue_key,
    queue_name,
    queued_ids,
)
from workflows.execution.steps import MAX_CLOCK_SKEW, fix_each, fix_one
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

outages = OutageLog(get_logger(__name__))
PENDING = "pending"
# Unsent this long after its commit, a row has lost its sender; before, it may still be on
# its way. Sending twice would be harmless, only wasteful.
UNSENT_AFTER = timedelta(seconds=3)
# Unclaimed this long after it was sent, a row may be sent again if ids are missing in the
# queue. A worker that died before the claim leaves the job in Redis, but not in the queue.
LOST_AFTER = timedelta(seconds=3)
# How many rows are compared with the queue; those that are queued cost almost nothing.
MAX_COMPARED = 50_000
BATCH = 500
# How many seconds RQ keeps the hash of a finished job. Our rows are the history.
RESULT_TTL = 60
FAILURE_TTL = 3_600
# A NamedTuple of columns, including `id` and `send_count`, with the properties `job_id` and
# `arguments` (of the entry point).
Message = Any


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends one kind of row to the workers.

    Its model has `status` ("pending" until it is claimed), `created_at`, `enqueued_at` and
    `send_count`, which gives every send a new job id: a known one would overwrite a running
    job's hash, or keep an old expiry.
    """

    name: str
    model: type[Model]
    message: type[Message]
    entry_point: str

    def send_on_commit(self, rows: Iterable[Any], *, now: datetime) -> None:
        """Send those of `rows` that may start once the transaction has committed."""
        ready = self.messages(row for row in rows if row.status == PENDING)
        if ready:
            transaction.on_commit(partial(self._send_committed, ready, now=now))

    def _send_committed(self, messages: Sequence[Message], *, now: datetime) -> None:
        """Send; never fail: the caller has committed, and must not report that nothing was
        done. Rows without `enqueued_at` are sent again, which is harmless."""
        try:
            self.send(messages, now=now)
        except DATABASE_AWAY as error:
            count = len(messages)
            outages.warning(
                "not_marked_sent", rows=self.name, count=count, error=str(error)
            )

    def messages(self, rows: Iterable[Any]) -> list[Message]:
        """The messages of these rows."""
        columns = attrgetter(*self.message._fields)
        return list(map(self.message._make, map(columns, rows)))

    def send(self, messages: Sequence[Message], *, now: datetime) -> bool:
        """Enqueue messages and mark their rows as sent; False if Redis is away.

        Rows that were not sent keep no `enqueued_at`: the sweep sends them.
        """
        sent = self.enqueue(messages, now=now)
        if sent:
            self.mark_sent(messages, now=now)
        return sent

    def enqueue(
        self,
        messages: Sequence[Message],
        *,
        now: datetime,
        also: Callable[[Redis], None] = lambda pipe: None,
    ) -> bool:
        """Put messages in the queue, in one round trip with the commands that `also` adds;
        False if Redis is away."""
        pipe = connection().pipeline(transaction=False)
        if messages:
            self._push(pipe, messages, now)
        also(pipe)
        try:
            pipe.execute()
        except RedisError as error:
            count = len(messages)
            outages.warning(
                "not_enqueued", rows=self.name, count=count, error=str(error)
            )
            return False
        return True

    def mark_sent(self, messages: Sequence[Message], *, now: datetime) -> None:
        """Set `enqueued_at` of the rows that are still pending: a worker may have claimed
        some already."""
        if messages:
            ids = [message.id for message in messages]
            self._pending_of(ids).update(enqueued_at=now)

    def mark_unsent(self, messages: Sequence[Message]) -> None:
        """Take back the mark of rows that were inserted as sent. What has no time for this
        leaves rows that are not in the queue, which the sweep sends as lost ones."""
        if messages:
            ids = [message.id for message in messages]
            self._pending_of(ids).update(enqueued_at=None)

    def count_unsent(self, before: datetime) -> int:
        """The number of rows from before that time that have never been sent."""
        return self._pending().filter(enqueued_at=None, created_at__lt=before).count()

    def send_unsent(self, now: datetime, *, flushed: bool) -> int:
        """Send rows that were never sent; after a flush of Redis, all pending rows. Returns
        their number."""
        never = Q(_before_or_never("created_at", now, UNSENT_AFTER), enqueued_at=None)
        rows = self._pending() if flushed else self._pending().filter(never)
        return self.send_again(self._read(rows), now=now)

    def count_sent(self) -> int:
        """The number of rows that have been sent and not been claimed."""
        return self._pending().filter(enqueued_at__isnull=False).count()

    def sent_long_ago(self, now: datetime) -> QuerySet[Any]:
        """Rows that were sent some time ago: no worker is just about to claim them."""
        return self._pending().filter(_before_or_never("enqueued_at", now, LOST_AFTER))

    def send_lost(self, now: datetime, queued: Collection[str], most: int) -> int:
        """Send at most so many rows again that were sent some time ago and are not `queued`.
        Returns their number.

        If a worker claims one at this moment, the new job finds it claimed.
        """
        sent = self._read(self.sent_long_ago(now)[:MAX_COMPARED])
        lost = [each for each in sent if each.job_id not in queued]
        return self.send_again(lost[: min(most, BATCH)], now=now)

    def send_again(self, messages: Sequence[Message], *, now: datetime) -> int:
        """Send messages whose rows have not been claimed or sent since they were read.
        Returns their number."""
        sent = 0
        for start in range(0, len(messages), BATCH):
            mine = self._take(messages[start : start + BATCH])
            if mine and not self.send(mine, now=now):
                break  # Redis is away: the next sweep continues from here
            sent += len(mine)
        return sent

    def _take(self, messages: Sequence[Message]) -> list[Message]:
        """Those messages whose rows are unchanged since they were read, with new job ids.

        The count is incremented before the send: a second scheduler that has read the same
        rows loses the race for them, and a crash in between costs only a number.
        """
        ids = [message.id for message in messages]
        rows = self._pending_of(ids)
        with transaction.atomic():
            locked = rows.select_for_update(no_key=True, skip_locked=True)
            as_read = set(self._read(locked)).intersection(messages)
            self.model._default_manager.filter(
                pk__in=[message.id for message in as_read]
            ).update(send_count=F("send_count") + 1)
        return [
            message._replace(send_count=message.send_count + 1)
            for message in messages
            if message in as_read
        ]

    def _read(self, rows: QuerySet[Any]) -> list[Message]:
        return list(map(self.message._make, rows.values_list(*self.message._fields)))

    def _pending(self) -> QuerySet[Any]:
        # In the order of the index that serves all of these queries.
        return self.model._default_manager.filter(status=PENDING).order_by(
            "enqueued_at"
        )

    def _pending_of(self, ids: Sequence[Any]) -> QuerySet[Any]:
        # Not `=`: PostgreSQL, which may know nothing yet of a hundred thousand new rows, would
        # look for these among all that are pending.
        return self.model._default_manager.filter(
            pk__in=ids, status__in=[PENDING, ""]
        ).order_by()

    def _push(self, pipe: Redis, messages: Sequence[Message], now: datetime) -> None:
        stamp = utcformat(now)
        jobs = [(message.job_id, message.arguments) for message in messages]
        template = _template(self.entry_point, queue_name())
        template.write(pipe, jobs, created_at=stamp, enqueued_at=stamp)
        pipe.sadd(Queue.redis_queues_keys, queue_key())
        pipe.rpush(queue_key(), *(job_id for job_id, _ in jobs))


_outboxes: list[Outbox] = []


def register(outbox: Outbox) -> None:
    """Include this outbox in the sweep from now on."""
    _outboxes.append(outbox)


def count_unsent(before: datetime) -> int:
    """The number of rows from before that time that have never been sent."""
    return sum(each.count_unsent(before) for each in _outboxes)


def send_again(now: datetime, *, flushed: bool = False) -> int:
    """Send rows that were never sent, and as many of those that were as ids are missing in
    the queue. Returns their number.

    Raises `RedisError` if Redis is away.
    """
    unsent = fix_each(_outboxes, lambda each: each.send_unsent(now, flushed=flushed))
    return unsent + fix_one(now, _send_lost)


def _send_lost(now: datetime) -> int:
    """An id in the queue says that there is one piece of work: a process that takes the id of
    one row may start another. So only their number counts."""
    sent = sum(each.count_sent() for each in _outboxes)
    if not any(each.sent_long_ago(now).exists() for each in _outboxes):
        return 0
    # After the rows were counted: what is sent meanwhile is no loss.
    queued = queued_ids()
    missing = sent - sum(is_of_a_row(job_id) for job_id in queued)
    again = 0
    for each in _outboxes:
        if again < missing:
            again += each.send_lost(now, queued, missing - again)
    return again


def _before_or_never(field: str, now: datetime, since: timedelta) -> Q:
    """At least `since` ago, or in a future that only a clock that was ahead has written."""
    return Q(**{f"{field}__lte": now - since}) | Q(
        **{f"{field}__gt": now + MAX_CLOCK_SKEW}
    )


@lru_cache
def _template(entry_point: str, queue: str) -> JobTemplate:
    return JobTemplate(
        connection(),
        entry_point,
        status=JobStatus.QUEUED,
        result_ttl=RESULT_TTL,
        failure_ttl=FAILURE_TTL,
    )
