"""`python -m tests.node_types`: writes the built-in node types, as the API shows them, to the
file from which the frontend's types, colours and icons are made at build time."""

from __future__ import annotations

import json
import os
from typing import Any

import django

from platform_site.local.data_dir import BASE_DIR

FILE = BASE_DIR / "frontend" / "src" / "types" / "nodeTypes.json"
BUILT_IN = ("workflows.components.", "schedules.tools.")


def built_in() -> list[dict[str, Any]]:
    """In the order of the palette. Without those that a site or a test registers."""
    from workflows.api.serializers import NodeTypeSerializer
    from workflows.registry import registry

    return [
        dict(NodeTypeSerializer(component).data)
        for component in registry.all()
        if type(component).__module__.startswith(BUILT_IN)
    ]


def as_text() -> str:
    return json.dumps(built_in(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    FILE.write_text(as_text())
