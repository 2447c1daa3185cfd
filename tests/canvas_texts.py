"""`python -m tests.canvas_texts`: writes `workflows/canvas_texts.js`, in which `makemessages` finds
all texts of the canvas: those in its source, and those of ours that the API gives in English.

The source itself is no reading for xgettext: some of JSX makes it lose its way.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from platform_site.local.data_dir import BASE_DIR

SOURCE = BASE_DIR / "frontend" / "src"
WRITTEN = BASE_DIR / "workflows" / "canvas_texts.js"
HEAD = """\
// The texts of the canvas for `manage.py makemessages -d djangojs`. No page loads this file, which
// `python -m tests.canvas_texts` writes.
"""
_LITERAL = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(
    rf"(?<![\w.$])(_|ngettext|pgettext)\(\s*{_LITERAL}(?:\s*,\s*{_LITERAL})?"
)


def sources() -> Iterator[Path]:
    """The files of the canvas, without its tests."""
    for path in sorted(SOURCE.rglob("*.ts*")):
        if ".test." not in path.name and path.name not in ("api.ts", "gettext.ts"):
            yield path


def calls_in(source: str) -> Iterator[str]:
    """What a file asks to be translated, as calls of gettext."""
    for name, *given in _CALL.findall(source):
        texts = [_read(each) for each in given if each]
        yield _call("gettext" if name == "_" else name, *texts)


def _read(literal: str) -> str:
    text: str = literal[1:-1] if literal[0] == "'" else json.loads(literal)
    return text


def _call(name: str, *texts: str) -> str:
    return (
        f"{name}({', '.join(json.dumps(text, ensure_ascii=False) for text in texts)});"
    )


def texts_of_the_api() -> Iterator[str]:
    """What the canvas shows of node types and templates."""
    from schedules.exchange.templates import templates
    from tests.node_types import built_in

    for each in built_in():
        yield from (each[name] for name in ("label", "description", "category"))
        yield from _texts_in(each["config_schema"])
    for template in templates():
        yield from (template.name, template.description)


def _texts_in(schema: dict[str, Any]) -> Iterator[str]:
    yield from (schema[name] for name in ("title", "description") if name in schema)
    for part in schema.get("properties", {}).values():
        yield from _texts_in(part)
    if "items" in schema:
        yield from _texts_in(schema["items"])


def whole() -> str:
    """The file as it should be: each call once, below the name of the first file that has it."""
    parts = {
        path.relative_to(SOURCE).as_posix(): [*calls_in(path.read_text())]
        for path in sources()
    }
    parts["the API"] = [_call("gettext", text) for text in texts_of_the_api() if text]
    lines, seen = [HEAD], set[str]()
    for name, calls in parts.items():
        new = [call for call in dict.fromkeys(calls) if call not in seen]
        seen.update(new)
        if new:
            lines.append("\n".join(["", f"// {name}", *new, ""]))
    return "".join(lines)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    WRITTEN.write_text(whole())
