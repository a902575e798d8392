"""Where a webhook may lead: https, and an address on the public internet (OWASP, Server-Side Request Forgery).

The name is resolved once and that very address is called, so that it cannot change its mind in between.
"""

import asyncio
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from klimapartner.assistant.webhooks.errors import RefusedAddress

PATTERN = (
    r"^https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
    r"\.[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~/-]{0,300})?(\?[A-Za-z0-9._~=&-]{0,200})?$"
)
_URL = re.compile(r"https://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>\d{1,5}))?(?:[/?].*)?")
# Addresses in which an IPv4 address is wrapped up: what is behind it is not seen.
_WRAPPED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """A host by name, and the address at which it is called."""

    host: str
    port: int
    address: str


async def find_target(url: str, private_hosts: Collection[str]) -> Target:
    """Resolve a webhook's host. `private_hosts` may lie in the own network.

    Raises:
        RefusedAddress: not https, no such host, or any of its addresses is not public.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise RefusedAddress("Nur https-Adressen mit einem Hostnamen werden aufgerufen.")
    host, port = found["host"], int(found["port"] or 443)
    addresses = await _resolve(host, port)
    if not all(is_allowed(one, private=host in private_hosts) for one in addresses):
        raise RefusedAddress("Der Host liegt nicht im öffentlichen Netz; ausnehmen lässt er sich in api.private_hosts.")
    return Target(host, port, str(addresses[0]))


def is_allowed(address: Address, *, private: bool) -> bool:
    """Whether an address may be called; with `private` also one of the own network, never link-local or multicast."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return is_allowed(address.ipv4_mapped, private=private)
    if address.is_multicast or address.is_link_local or address.is_unspecified or address.is_reserved:
        return private and address.is_loopback
    if isinstance(address, IPv6Address) and not address.is_loopback and any(address in net for net in _WRAPPED):
        return False
    return private or address.is_global


async def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedAddress("Der Host ist nicht zu finden.") from error
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in found]
