"""`manage.py benchmark_firing`: how fast schedules fire, compared with rq-scheduler itself."""

from __future__ import annotations

from platform_site.local.management.source_checkout import command_of

Command = command_of("benchmark_firing")
