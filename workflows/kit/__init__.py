"""Building blocks that all apps share."""

from __future__ import annotations
