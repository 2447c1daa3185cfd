"""By the classifying function alone: none of these addresses is ever asked for anything."""

from __future__ import annotations

import ipaddress

import pytest

from workflows.safety.addresses import SPECIAL_IPV4, SPECIAL_IPV6, is_public


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "168.63.129.15",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450:4001::1",
        "64:ff9b::5db8:d822",
        "::ffff:93.184.216.34",
    ],
)
def test_what_anybody_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("network", [*SPECIAL_IPV4, *SPECIAL_IPV6])
def test_a_special_range_is_not_public_from_its_first_address_to_its_last(
    network: str,
) -> None:
    whole = ipaddress.ip_network(network)
    assert not is_public(str(whole[0]))
    assert not is_public(str(whole[-1]))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "192.0.0.9",  # global by the registry, but no host answers there
        "255.255.255.255",
        "fd00:ec2::254",
    ],
)
def test_what_clouds_and_carriers_answer_on_themselves_is_not_public(
    address: str,
) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "::7f00:1",  # the deprecated form of 127.0.0.1
        "::808:808",  # and of a public address: nothing is routed there
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "100::1",
        "2001::1",  # Teredo
        "2001:20::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%1",
        "fec0::1",
        "ff02::1",
        "ffff::1",
    ],
)
def test_no_spelling_of_ipv6_leads_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "1.1.1.1:80"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)
