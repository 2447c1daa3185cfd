"""Decides which IP addresses belong to the public internet.

The list is our own, since Python's idea of a private address changes between versions. It
follows IANA's special-purpose registries for IPv4 and IPv6, adds the addresses of cloud
services, and checks the IPv4 address inside an IPv6 one.
"""

from __future__ import annotations

import ipaddress

SPECIAL_IPV4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private use
    "100.64.0.0/10",  # shared by customers of a carrier; 100.100.100.200 is a cloud's
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # a cloud's virtual host
    "169.254.0.0/16",  # link-local; 169.254.169.254 is the clouds' metadata
    "172.16.0.0/12",  # private use
    "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a cloud's metadata
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # automatic multicast tunnelling
    "192.88.99.0/24",  # 6to4 relays, deprecated
    "192.168.0.0/16",  # private use
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and the broadcast address
)
# Only this range is assigned as public, except the networks below.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
SPECIAL_IPV6 = (
    "2001::/23",  # protocol assignments, Teredo and ORCHID among them
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4, deprecated
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation
)
# The last 32 bits of these are the IPv4 address that is reached.
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")

_IPV4 = [ipaddress.IPv4Network(network) for network in SPECIAL_IPV4]
_IPV6 = [ipaddress.IPv6Network(network) for network in SPECIAL_IPV6]


def is_public(address: str) -> bool:
    """Whether the IP address belongs to the public internet.

    False for anything that is not an address, or that has a scope (`fe80::1%eth0`).
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return _is_public_ipv4(ip)
    if ip.scope_id is not None:
        return False
    if ip in TRANSLATED or ip in MAPPED:
        return _is_public_ipv4(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in GLOBAL_UNICAST and not any(ip in network for network in _IPV6)


def _is_public_ipv4(ip: ipaddress.IPv4Address) -> bool:
    return not any(ip in network for network in _IPV4)
