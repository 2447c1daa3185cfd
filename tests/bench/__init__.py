"""What `manage.py benchmark_firing` and `benchmark_listing` do, and what they measure."""

from __future__ import annotations
