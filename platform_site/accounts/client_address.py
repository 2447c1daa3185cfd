"""The address that a request comes from, for rate limits and logs."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest

# One IPv6 customer has a whole /64 network: single addresses identify no one.
HOST_BITS = 64


def client_address(request: HttpRequest) -> str | None:
    """The client's IPv4 address or IPv6 /64 network; None without one, as for a local socket.

    Behind a proxy it is the address that the proxy reports, if it is in `TRUSTED_PROXIES`.
    """
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or _network(address))
    return str(address)


def _network(address: IPv6Address) -> IPv6Address:
    return IPv6Address(int(address) >> HOST_BITS << HOST_BITS)
