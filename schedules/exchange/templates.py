"""The templates that are offered for a new workflow: exported files, shipped with the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schedules.exchange.text import read_file
from workflows.kit.errors import InvalidInput

FOLDER = Path(__file__).parent / "ready"
# In the order in which people are offered them.
KEYS = (
    "uptime-check",
    "fetch-transform-post",
    "nightly-report",
    "agent-schedules",
    "webhook-to-function",
)


@dataclass(frozen=True)
class Template:
    key: str
    value: Mapping[str, Any]  # of the file

    @property
    def name(self) -> str:
        return str(self.value["workflow"]["name"])

    @property
    def description(self) -> str:
        """One sentence. The workflow that is made of it has all that is said about it."""
        first, *_ = str(self.value["workflow"]["description"]).split("\n\n")
        return first

    @property
    def nodes(self) -> Sequence[Mapping[str, Any]]:
        return list(self.value["graph"]["nodes"])

    @property
    def edges(self) -> Sequence[Mapping[str, Any]]:
        return list(self.value["graph"]["edges"])


@cache
def templates() -> tuple[Template, ...]:
    """All templates. Their files are read once."""
    return tuple(
        Template(key, read_file((FOLDER / f"{key}.yaml").read_text("utf-8")))
        for key in KEYS
    )


def template_named(key: str) -> Template:
    """The template with this key. Raises `InvalidInput`."""
    for template in templates():
        if template.key == key:
            return template
    known = ", ".join(KEYS)
    raise InvalidInput(
        f"There is no such template. Templates: {known}.", field="template"
    )
