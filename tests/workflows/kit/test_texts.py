"""The texts of ids and times."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workflows.kit.texts import id_text, time_text


def test_ids_are_written_as_everywhere() -> None:
    id = uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")
    assert id_text(id) == "01234567-89ab-cdef-0123-456789abcdef"


def test_the_same_moment_has_the_same_text_in_any_zone() -> None:
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    there = noon.astimezone(ZoneInfo("Asia/Tokyo"))
    assert time_text(there) == time_text(noon) == "2026-11-29T12:00:00+00:00"
