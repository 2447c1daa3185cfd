"""What a management command writes: its beginning and its end, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import TextIOBase

from typing_extensions import override

KEPT = 32 * 1024  # characters of the beginning, and as many of the end


@dataclass(eq=False)
class Kept(TextIOBase):
    """A text stream that keeps its beginning and its end."""

    head: str = ""
    tail: str = ""
    left_out: int = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str) -> int:
        room = KEPT - len(self.head)
        self.head += text[:room]
        tail = self.tail + text[room:]
        self.left_out += max(0, len(tail) - KEPT)
        self.tail = tail[-KEPT:]
        return len(text)

    @property
    def text(self) -> str:
        if not self.left_out:
            return self.head + self.tail
        left_out = f"\n… {self.left_out:,} characters are left out …\n"
        return f"{self.head}{left_out}{self.tail}"


@dataclass
class Output:
    stdout: Kept = field(default_factory=Kept)
    stderr: Kept = field(default_factory=Kept)

    @contextmanager
    def captured(self) -> Iterator[None]:
        """Also what is printed without the streams of the command."""
        with redirect_stdout(self.stdout), redirect_stderr(self.stderr):
            yield

    @property
    def as_json(self) -> dict[str, str]:
        return {"stdout": self.stdout.text, "stderr": self.stderr.text}
