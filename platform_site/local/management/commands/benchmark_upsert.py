"""`manage.py benchmark_upsert`: how long `upsert` takes for a list."""

from __future__ import annotations

from platform_site.local.management.source_checkout import command_of

Command = command_of("benchmark_upsert")
