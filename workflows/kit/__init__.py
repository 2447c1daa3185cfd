"""What every app builds on."""

from __future__ import annotations
