"""`python -m tests.node_types`: writes what the build of the canvas knows of the built-in node
types. Everything else, and the types of a site, come from the API when the page opens."""

from __future__ import annotations

import json
import os
from typing import Any

import django

from platform_site.local.data_dir import BASE_DIR

FILE = BASE_DIR / "frontend" / "src" / "types" / "nodeTypes.json"
BUILT_IN = ("workflows.components.", "schedules.tools.")
KNOWN = ("type", "icon", "colour", "can_be_tool")


def built_in() -> list[dict[str, Any]]:
    """In the order of the palette. Without those that a site or a test registers."""
    from workflows.api.serializers import NodeTypeSerializer
    from workflows.registry import registry

    return [
        {name: NodeTypeSerializer(component).data[name] for name in KNOWN}
        for component in registry.all()
        if type(component).__module__.startswith(BUILT_IN)
    ]


def as_text() -> str:
    return json.dumps(built_in(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    FILE.write_text(as_text())
