"""`manage.py benchmark_running`: how many runs a second the workers do, compared with RQ itself."""

from __future__ import annotations

from platform_site.local.management.source_checkout import command_of

Command = command_of("benchmark_running")
