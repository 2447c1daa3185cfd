"""A clock that is wrong for some processes, and that is set while they run.

The site reads the time in one function, which these processes find replaced; libfaketime
would move what time-outs go by as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platform_site.local.data_dir import BASE_DIR

# Python runs it at its start, in place of the one that the tests may have been given.
SITECUSTOMIZE = """\
import runpy
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

runpy.run_path({other!r})
real = timezone.now
shift = Path(__file__).with_name("shift")

def now():
    return real() + timedelta(seconds=float(shift.read_text()))

timezone.now = now
"""
OTHER = BASE_DIR / "tests" / "shifted_clock" / "sitecustomize.py"


class WrongClock:
    """Right at first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        text = SITECUSTOMIZE.format(other=str(OTHER))
        (folder / "sitecustomize.py").write_text(text)
        self.set(0)

    def set(self, seconds: float) -> None:
        """Ahead by so many seconds. As one step: nobody reads half of it."""
        fresh = self._folder / "shift.new"
        fresh.write_text(str(seconds))
        fresh.replace(self._folder / "shift")

    def env(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process that goes by this clock."""
        return {**env, "PYTHONPATH": str(self._folder)}
