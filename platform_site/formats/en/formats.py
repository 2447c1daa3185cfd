"""How the admin writes times: to the second, and in which zone; weeks begin on Monday."""

from __future__ import annotations

DATETIME_FORMAT = "D Y-m-d H:i:s e"
FIRST_DAY_OF_WEEK = 1  # Monday
