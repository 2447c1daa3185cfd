"""What `manage.py measure_firing` measures, on a database and a Redis made for it."""

from __future__ import annotations
