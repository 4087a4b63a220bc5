"""Which addresses of the network anybody may reach: where a URL that a client chose may lead."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_REFUSED = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocols of the network itself; metadata of Oracle's cloud
            "192.88.99.0/24",  # relays between IPv4 and IPv6
            "168.63.129.16/32",  # what Azure offers to its machines only
            "2001::/23",  # protocols too; Teredo, which carries an IPv4 address
            "2002::/16",  # 6to4, which carries another
        ),
    )
)
_GIVEN_OUT = ip_network("2000::/3")
"""All that is given out of IPv6 as yet; outside of it are translations of IPv4 (64:ff9b::/96) and local addresses."""


class NotPublic(Exception):
    """The name has no address, or one that is not for everybody."""


async def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host; raises NotPublic where only one of them is not for everybody.

    Names and the odd spellings of addresses (0x7f.1, 2130706433) go the same way: what counts is what they lead to.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic("its name cannot be resolved") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(map(is_public, addresses)):
        raise NotPublic("its address is not public")
    return addresses


def is_public(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT:
        return False
    return address.is_global and not address.is_multicast and not _refused(address)


def _refused(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _REFUSED)
