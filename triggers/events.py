"""What an event carries. It is stored with the execution, and templates read it."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

EventType = Literal["schedule", "manual", "webhook"]


class TickEvent(TypedDict):
    """A tick of a schedule. Times are ISO text, since JSON holds no datetime."""

    schedule_id: str
    schedule_name: str
    scheduled_for: str
    fired_at: str
    origin: str
    attempt: int
    payload: dict[str, Any]
    # The primary key of the trigger node that the schedule chose, if it chose one.
    trigger_node_id: NotRequired[int | None]


class ManualEvent(TypedDict):
    """Someone ran the workflow: `started_by` is a user name."""

    fired_at: str
    started_by: str
    payload: dict[str, Any]


class WebhookEvent(TypedDict):
    """A request came in at the address of the node with this primary key."""

    fired_at: str
    trigger_node_id: int
    payload: Any


EventData = TickEvent | ManualEvent | WebhookEvent
