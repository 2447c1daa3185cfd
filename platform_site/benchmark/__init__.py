"""The ground of `manage.py benchmark_firing`, and the table it prints."""

from __future__ import annotations
