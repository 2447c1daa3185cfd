"""How the admin writes times: to the second, and in which zone."""

from __future__ import annotations

DATETIME_FORMAT = "D Y-m-d H:i:s e"
