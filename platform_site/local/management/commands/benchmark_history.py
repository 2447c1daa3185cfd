"""`manage.py benchmark_history`: what a long history costs."""

from __future__ import annotations

from platform_site.local.management.source_checkout import command_of

Command = command_of("benchmark_history")
