"""`python -m tests.node_types`: writes the built-in node types for the canvas: what its build
knows of them, and the whole answer of the API, which its tests begin with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import django

from platform_site.local.data_dir import BASE_DIR

SOURCE = BASE_DIR / "frontend" / "src"
BUILT_IN = ("workflows.components.", "schedules.tools.")
KNOWN_TO_THE_BUILD = ("type", "icon", "colour", "can_be_tool")


def built_in() -> list[dict[str, Any]]:
    """In the order of the palette. Without those that a site or a test registers."""
    from workflows.api.serializers import NodeTypeSerializer
    from workflows.registry import registry

    return [
        dict(NodeTypeSerializer(component).data)
        for component in registry.all()
        if type(component).__module__.startswith(BUILT_IN)
    ]


def files() -> dict[Path, str]:
    """The files with what belongs into them."""
    whole = built_in()
    few = [{name: each[name] for name in KNOWN_TO_THE_BUILD} for each in whole]
    return {
        SOURCE / "types" / "nodeTypes.json": _as_text(few),
        SOURCE / "testing" / "nodeTypes.json": _as_text(whole),
    }


def _as_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for path, text in files().items():
        path.write_text(text)
