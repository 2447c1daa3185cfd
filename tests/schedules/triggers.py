"""Nodes that start schedules, or do not."""

from __future__ import annotations

from typing import Any

from workflows.services import NodeSpec

OTHER_ID = "01234567-89ab-cdef-0123-456789abcdef"


def trigger(node_id: str = "start", **given: Any) -> NodeSpec:
    is_active = given.pop("is_active", True)
    return NodeSpec(
        node_id=node_id,
        component_type="trigger_schedule",
        config=given,
        is_active=is_active,
    )


MANUAL = NodeSpec(node_id="hand", component_type="trigger_manual")
