"""The trail as CSV: streamed in slices, at most so many rows, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from schedules.models import ScheduleEvent

MOST_ROWS = 50_000
SLICE = 500
COLUMNS = (
    "time",
    "schedule",
    "schedule_id",
    "action",
    "actor_kind",
    "actor",
    "reason",
    "note",
    "execution_id",
    "before",
    "after",
)
# A spreadsheet takes a cell that begins so for a formula, and may run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_response(
    request: HttpRequest, events: QuerySet[ScheduleEvent], now: datetime
) -> StreamingHttpResponse:
    """The events, newest first, as a file to save."""
    parts = chunks(events)
    body = _awaited(parts) if isinstance(request, ASGIRequest) else parts
    answer = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"audit-trail-{now.astimezone(UTC):%Y-%m-%d-%H%M}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


async def _awaited(parts: Iterator[str]) -> AsyncIterator[str]:
    """An ASGI server would otherwise wait for the whole of it."""
    following = sync_to_async(lambda: next(parts, None))
    while (part := await following()) is not None:
        yield part


def chunks(events: QuerySet[ScheduleEvent]) -> Iterator[str]:
    """The heading, then the lines of a slice at a time."""
    yield _lines([COLUMNS])
    written = 0
    for part in slices(events):
        room = MOST_ROWS - written
        yield _lines([row(event) for event in part[:room]])
        written += len(part)
        if written > MOST_ROWS:
            yield _lines(
                [[f"Only the newest {MOST_ROWS} rows: filter for the others."]]
            )
            return


def slices(events: QuerySet[ScheduleEvent]) -> Iterator[list[ScheduleEvent]]:
    """Each by a query of its own: no cursor is held open while the browser reads."""
    ordered = events.order_by("-created_at", "-id")
    last: ScheduleEvent | None = None
    while True:
        rest = ordered
        if last is not None:
            same_time = Q(created_at=last.created_at, id__lt=last.pk)
            rest = ordered.filter(Q(created_at__lt=last.created_at) | same_time)
        part = list(rest[:SLICE])
        if not part:
            return
        yield part
        last = part[-1]


def row(event: ScheduleEvent) -> list[str]:
    """The event as data, in the words of the API."""
    return [
        f"{event.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        safe(event.schedule_name),
        str(event.schedule_id),
        event.verb,
        event.actor_kind,
        safe(event.actor_name),
        event.reason_code,
        safe(event.note),
        str(event.execution_id or ""),
        _json(event.before),
        _json(event.after),
    ]


def safe(text: str) -> str:
    """The text, with a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(value: Any) -> str:
    return safe(json.dumps(value, ensure_ascii=False)) if value else ""


def _lines(rows: Any) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
