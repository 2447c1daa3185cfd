"""The overview: the state of the site and of its schedules on one page."""

from __future__ import annotations
