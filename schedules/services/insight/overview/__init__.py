"""What the overview of the site shows, as data: the next hour, the last day, what is stuck,
the clock changes that come, and the health of the site."""

from __future__ import annotations
