"""Jobs of the project, with arguments that JSON does not have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rq import get_current_job


def note(file: Path, day: date) -> None:
    """Write down the day, and as what the job was run."""
    job = get_current_job()
    assert job is not None
    file.write_text(f"{day:%Y-%m-%d} {type(job).__name__} {job.serializer.__name__}")
