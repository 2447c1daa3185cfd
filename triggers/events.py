"""The data of events. It is stored with the execution and available to templates."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

EventType = Literal["schedule", "manual", "webhook"]


class TickEvent(TypedDict):
    """A tick of a schedule. Times are ISO 8601 text, since JSON has no datetime."""

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
    """A user ran the workflow by hand: `started_by` is the user name."""

    fired_at: str
    started_by: str
    payload: dict[str, Any]
    # The primary key of the trigger node that the user chose, if any.
    trigger_node_id: NotRequired[int | None]


class TestEvent(TickEvent):
    """A user tried a schedule trigger: a made-up tick, of no schedule."""

    is_test: bool
    started_by: str


class WebhookEvent(TypedDict):
    """A request to the webhook of the node with the primary key `trigger_node_id`."""

    fired_at: str
    trigger_node_id: int
    payload: Any


EventData = TickEvent | ManualEvent | WebhookEvent
