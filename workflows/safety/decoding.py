"""Decodes HTTP bodies in limited time and memory.

All our clients use this decoder. Those of HTTP libraries follow as many layers of
compression as a server claims, and any charset that it names: 4 kB of gzip inside gzip
become gigabytes, and `charset=punycode` takes quadratic time.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from workflows.exceptions import NodeFailed

# The `Accept-Encoding` of our clients: the only encodings that they decode.
ACCEPTED = "gzip, identity"
GZIP = {"gzip", "x-gzip"}
WITH_GZIP_HEADER = zlib.MAX_WBITS | 16
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE)
# All of these are decoded in linear time.
CHARSETS = {
    "ascii",
    "big5",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "gb2312",
    "gbk",
    *(f"iso-8859-{number}" for number in (*range(1, 12), *range(13, 17))),
    "koi8-r",
    "koi8-u",
    "latin-1",
    "latin1",
    "shift-jis",
    "us-ascii",
    "utf-16",
    "utf-16be",
    "utf-16le",
    "utf-32",
    "utf8",
    "utf-8",
    "windows-874",
    *(f"windows-{number}" for number in range(1250, 1259)),
}
PYTHON_NAMES = {"windows-874": "cp874"}
TRAILING_DATA = "The response continues after its gzip data."


@dataclass(slots=True)
class Decoder:
    """Decodes one body, part by part.

    Raises `NodeFailed` for more than `max_bytes`, before or after decoding, and for any
    other encoding than plain or gzip.
    """

    content_encoding: str
    max_bytes: int
    taken: int = field(default=0, init=False)
    given: int = field(default=0, init=False)
    gzip: Any = field(default=None, init=False)

    def feed(self, part: bytes) -> bytes:
        """The decoded bytes of the next part."""
        if not part:
            return b""
        if not self.taken and self._is_packed():
            self.gzip = zlib.decompressobj(WITH_GZIP_HEADER)
        self.taken += len(part)
        if self.taken > self.max_bytes:
            raise NodeFailed(too_large(self.max_bytes))
        if self.gzip is None:
            return part
        plain = self._unpacked(part)
        self.given += len(plain)
        if self.given > self.max_bytes:
            raise NodeFailed(too_large(self.max_bytes))
        return plain

    def end(self) -> None:
        """Call this after the last part. Raises `NodeFailed` if the body is incomplete."""
        if self.gzip is not None and not self.gzip.eof:
            raise NodeFailed("The response ends before its gzip data is complete.")

    def _is_packed(self) -> bool:
        names = [name.strip().lower() for name in self.content_encoding.split(",")]
        layers = [name for name in names if name not in ("", "identity")]
        if not layers:
            return False
        if len(layers) > 1:
            raise NodeFailed("The response is encoded more than once.")
        if layers[0] not in GZIP:
            raise NodeFailed("The response has another encoding than gzip.")
        return True

    def _unpacked(self, part: bytes) -> bytes:
        if self.gzip.eof:
            raise NodeFailed(TRAILING_DATA)
        try:
            plain: bytes = self.gzip.decompress(part, self.max_bytes - self.given + 1)
        except zlib.error as error:
            raise NodeFailed("The response is not valid gzip data.") from error
        if self.gzip.unused_data:
            raise NodeFailed(TRAILING_DATA)
        return plain


def too_large(max_bytes: int) -> str:
    return f"The response is larger than {max_bytes // 1024} KiB."


def text_of(content: bytes, content_type: str) -> str:
    """The text of `content` in the charset of its `Content-Type`, by default UTF-8.

    Invalid bytes become U+FFFD.
    """
    return content.decode(_charset(content_type), "replace")


def is_known_charset(name: str) -> bool:
    """Whether `text_of` decodes this charset."""
    return _plain(name) in CHARSETS


def _charset(content_type: str) -> str:
    named = CHARSET.search(content_type)
    name = _plain(named[1]) if named else ""
    return PYTHON_NAMES.get(name, name) if name in CHARSETS else "utf-8"


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")
