"""Recognises addresses of the site itself.

A model that called its own site over HTTP would start a new chain, and no guardrail could
see what started it.
"""

from __future__ import annotations

from collections.abc import Iterable

import httpx
from django.conf import settings

from workflows.exceptions import ToolRefused
from workflows.kit.conf import conf

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PORTS = {"http": 80, "https": 443}


def refuse_own_site(url: httpx.URL) -> None:
    """Raise `ToolRefused` for an address of this site."""
    if is_own_site(url):
        raise ToolRefused(
            "This address belongs to this site, which a model must not call over HTTP.",
            code="own_site",
            field="url",
            remedy="Use the schedule tools or run_workflow instead.",
        )


def is_own_site(url: httpx.URL) -> bool:
    """Whether the site answers at this address. Django refuses all other host names."""
    site = httpx.URL(conf.SITE_URL)
    host = _host(url)
    if host not in {_host(site), *map(_plain, _allowed_hosts())}:
        return False
    # On the machine itself other ports are other programs, once it is known which is ours.
    return host not in LOOPBACK or not site.host or _port(url) == _port(site)


def _allowed_hosts() -> Iterable[str]:
    """As Django has it: while a project is being developed it need not name any."""
    hosts: list[str] = settings.ALLOWED_HOSTS
    return LOOPBACK if settings.DEBUG and not hosts else hosts


def _host(url: httpx.URL) -> str:
    return _plain(url.raw_host.decode("ascii", "replace"))


def _plain(host: str) -> str:
    return host.lower().strip("[]").removesuffix(".")


def _port(url: httpx.URL) -> int | None:
    return url.port or PORTS.get(url.scheme)
