"""`manage.py web`: the web server, with limits on connections and requests."""

from __future__ import annotations

from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from platform_site.http.connections import BACKLOG, Connection
from platform_site.http.database_pool import pool_connections
from platform_site.http.request_limit import WAIT_SECONDS
from platform_site.local.management.commands.up import port


class Command(BaseCommand):
    """uvicorn, configured for this site."""

    help = "Serve the admin, the API and the health checks."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="address, default 127.0.0.1"
        )
        parser.add_argument(
            "--port", type=port, default=8000, help="TCP port, default 8000"
        )
        parser.add_argument(
            "--stop-seconds",
            type=int,
            default=int(WAIT_SECONDS),
            help="seconds that running requests have when the server stops, default 10",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        pool_connections(settings.WEB_MAX_REQUESTS)
        uvicorn.run(
            "platform_site.asgi:application",
            host=options["host"],
            port=options["port"],
            http=Connection,
            ws="none",
            lifespan="off",
            backlog=BACKLOG,
            forwarded_allow_ips=settings.TRUSTED_PROXIES,
            log_config=None,  # Django configures all logs
            server_header=False,
            timeout_graceful_shutdown=options["stop_seconds"],
        )
