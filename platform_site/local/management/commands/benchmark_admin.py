"""`manage.py benchmark_admin`: how long pages of the admin take."""

from __future__ import annotations

from platform_site.local.management.source_checkout import command_of

Command = command_of("benchmark_admin")
