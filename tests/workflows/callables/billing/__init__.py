"""An app as a project has one: what it declares in `tasks.py`, and what it does not."""

from __future__ import annotations
