"""Catalogues of translations as `compilemessages` writes them, made without the tools of gettext."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

HEAD = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
MAGIC = 0x950412DE
HEAD_BYTES = 7 * 4


def write_catalogue(
    folder: Path, language: str, texts: Mapping[str, str], domain: str = "djangojs"
) -> None:
    """`folder` is one of `LOCALE_PATHS`. Of a plural, the forms are joined by a NUL; a context
    stands before its text, with EOT behind it."""
    pairs = sorted((k.encode(), v.encode()) for k, v in {"": HEAD, **texts}.items())
    count = len(pairs)
    at = HEAD_BYTES + 2 * 8 * count
    tables, heap = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            text = pair[column]
            tables[column] += struct.pack("<II", len(text), at + len(heap))
            heap += text + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, HEAD_BYTES, HEAD_BYTES + 8 * count, 0, 0)
    path = folder / language / "LC_MESSAGES" / f"{domain}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + tables[0] + tables[1] + heap)
