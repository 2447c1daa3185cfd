"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest

# One customer has so many addresses of IPv6 that each is as good as a new one.
HOST_BITS = 64


def client_address(request: HttpRequest) -> str | None:
    """The address, of IPv6 the network; None for what is none, such as a local socket.

    Behind a proxy it is what the proxy says, if the server trusts it (`TRUSTED_PROXIES`).
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
